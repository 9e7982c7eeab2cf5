namespace Cycles.Authority;

/// <summary>Release (protocol operation <c>releaseReservation</c>).</summary>
internal static class ReleaseReservation
{
    public static CyclesResponse<ReleaseResponse> Execute(
        TenantSpace space,
        ReservationRef located,
        ReleaseRequest request
    )
    {
        using var hold = space.Enter(out var now);
        var (id, number) = located;
        if (!space.Reservations.Contains(number))
        {
            return space.Refuse<ReleaseResponse>(Refusals.ReservationNotFound(id));
        }

        ref var reservation = ref space.Reservations[number];
        var key = new ReplayKey(request.IdempotencyKey);
        if (reservation.Status == ReservationStatus.Released && reservation.SettlementKey.Equals(key))
        {
            return CanonicalPayload.Equal(request, RequestOf(reservation, key))
                ? space.Answer(Respond(reservation))
                : space.Refuse<ReleaseResponse>(Refusals.KeyMismatch(request.IdempotencyKey));
        }

        if (space.RefuseEnded(reservation, id) is { } ended)
        {
            return space.Refuse<ReleaseResponse>(ended);
        }

        space.GiveBack(ref reservation);
        reservation.SettlementKey = key;
        reservation.Settled = reservation.Budgets.Capture(space.Budgets, space.Pages);
        if (request.Reason is not null)
        {
            (reservation.Extras ??= new ReservationExtras()).ReleaseReason = request.Reason;
        }

        space.Reservations.Close(number, ReservationStatus.Released, now);
        return space.Answer(Respond(reservation));
    }

    private static ReleaseResponse Respond(in Reservation reservation) =>
        new()
        {
            Status = ReservationStatus.Released,
            Released = reservation.EstimatedAmount,
            Balances = reservation.Settled.ToBalances(reservation.Budgets),
        };

    private static ReleaseRequest RequestOf(in Reservation reservation, in ReplayKey key) =>
        new() { IdempotencyKey = key.ToString(), Reason = reservation.Extras?.ReleaseReason };
}
