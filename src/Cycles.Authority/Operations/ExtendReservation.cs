namespace Cycles.Authority;

/// <summary>Extend (protocol operation <c>extendReservation</c>): the end moves, the ledger does not.</summary>
internal static class ExtendReservation
{
    public static CyclesResponse<ReservationExtendResponse> Execute(
        TenantSpace space,
        ReservationRef located,
        ReservationExtendRequest request
    )
    {
        using var hold = space.Enter(out var now);
        var (id, number) = located;
        if (!space.Reservations.Contains(number))
        {
            return space.Refuse<ReservationExtendResponse>(Refusals.ReservationNotFound(id));
        }

        ref var reservation = ref space.Reservations[number];
        if (reservation.Extras?.Extensions?.TryGetValue(request.IdempotencyKey, out var known) is true)
        {
            return CanonicalPayload.Equal(request, known.Request)
                ? space.Answer(Respond(reservation.Status, known.ExpiresAt, now))
                : space.Refuse<ReservationExtendResponse>(Refusals.KeyMismatch(request.IdempotencyKey));
        }

        if (space.RefuseEnded(reservation, id) is { } ended)
        {
            return space.Refuse<ReservationExtendResponse>(ended);
        }

        // No grace here: grace is for settling, not for going on.
        if (now > reservation.ExpiresAt)
        {
            return space.Refuse<ReservationExtendResponse>(Refusals.TooLateToExtend(id));
        }

        var most = (space.Settings ?? TenantSettings.Default).MaxExtensions;
        if (reservation.Extensions >= most)
        {
            return space.Refuse<ReservationExtendResponse>(Refusals.TooManyExtensions(id, most));
        }

        var expiresAt = reservation.ExpiresAt + request.ExtendByMs;
        var extras = reservation.Extras ??= new ReservationExtras();
        extras.Extensions ??= new(StringComparer.Ordinal);
        extras.Extensions.Add(request.IdempotencyKey, (request, expiresAt));
        reservation.Extensions++;
        space.Reservations.Extend(number, expiresAt);
        return space.Answer(Respond(reservation.Status, expiresAt, now));
    }

    private static ReservationExtendResponse Respond(ReservationStatus status, long expiresAt, long now) =>
        new()
        {
            Status = ReservationStatus.Active,
            ExpiresAtMs = expiresAt,
            RemainingTtlMs = status == ReservationStatus.Active ? Math.Max(0, expiresAt - now) : 0,
        };
}
