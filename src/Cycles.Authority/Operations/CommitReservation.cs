namespace Cycles.Authority;

/// <summary>Commit (protocol operation <c>commitReservation</c>).</summary>
internal static class CommitReservation
{
    public static CyclesResponse<CommitResponse> Execute(
        TenantSpace space,
        ReservationRef located,
        CommitRequest request
    )
    {
        using var hold = space.Enter(out var now);
        var (id, number) = located;
        if (!space.Reservations.Contains(number))
        {
            return space.Refuse<CommitResponse>(Refusals.ReservationNotFound(id));
        }

        ref var reservation = ref space.Reservations[number];
        var key = new ReplayKey(request.IdempotencyKey);
        if (reservation.Status == ReservationStatus.Committed && reservation.SettlementKey.Equals(key))
        {
            return CanonicalPayload.Equal(request, RequestOf(reservation, key))
                ? space.Answer(Respond(reservation))
                : space.Refuse<CommitResponse>(Refusals.KeyMismatch(request.IdempotencyKey));
        }

        if (space.RefuseEnded(reservation, id) is { } ended)
        {
            return space.Refuse<CommitResponse>(ended);
        }

        if (request.Actual.Unit != reservation.Budgets.Unit)
        {
            return space.Refuse<CommitResponse>(
                Refusals.ActualUnitMismatch(
                    id,
                    reservation.Budgets.Scopes.Leaf,
                    request.Actual.Unit,
                    reservation.Budgets.Unit
                )
            );
        }

        Span<BudgetState> states = stackalloc BudgetState[Subject.LevelCount];
        states = states[..reservation.Budgets.Count];
        reservation.Budgets.Read(states);
        var refusal = CommitRules.Commit(
            states,
            reservation.Estimate,
            request.Actual.Value,
            reservation.Policy,
            out var charged
        );
        if (!refusal.IsNone)
        {
            return space.Refuse<CommitResponse>(Explain(refusal, reservation, request.Actual));
        }

        reservation.Budgets.Apply(states, space.Budgets);
        reservation.SettlementKey = key;
        reservation.Actual = request.Actual.Value;
        reservation.Charged = charged;
        reservation.Settled = reservation.Budgets.Capture(space.Budgets, space.Pages);
        if (request.Metrics is not null || request.Metadata is not null)
        {
            var extras = reservation.Extras ??= new ReservationExtras();
            extras.Metrics = request.Metrics;
            extras.CommittedMetadata = request.Metadata;
        }

        space.Reservations.Close(number, ReservationStatus.Committed, now);
        return space.Answer(Respond(reservation));
    }

    private static CyclesError Explain(in Refusal refusal, in Reservation reservation, Amount actual) =>
        refusal.Code == ErrorCode.BudgetExceeded
            ? Refusals.OverageRejected(
                refusal,
                reservation.Budgets[refusal.Scope].Scope,
                reservation.EstimatedAmount,
                actual
            )
            : Refusals.Of(refusal, reservation.Budgets, actual.Value, "commit");

    private static CommitResponse Respond(in Reservation reservation) =>
        new()
        {
            Status = ReservationStatus.Committed,
            Charged = reservation.ChargedAmount,
            Released =
                reservation.Charged < reservation.Estimate
                    ? new Amount(reservation.Budgets.Unit, reservation.Estimate - reservation.Charged)
                    : null,
            Balances = reservation.Settled.ToBalances(reservation.Budgets),
        };

    private static CommitRequest RequestOf(in Reservation reservation, in ReplayKey key) =>
        new()
        {
            IdempotencyKey = key.ToString(),
            Actual = new Amount(reservation.Budgets.Unit, reservation.Actual),
            Metrics = reservation.Extras?.Metrics,
            Metadata = reservation.Extras?.CommittedMetadata,
        };
}
