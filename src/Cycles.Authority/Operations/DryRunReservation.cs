namespace Cycles.Authority;

/// <summary>Dry run (protocol operation <c>createReservation</c> with <c>dry_run</c>): every answer is remembered, DENY too.</summary>
internal static class DryRunReservation
{
    public static CyclesResponse<ReservationCreateResponse> Execute(TenantSpace space, ReservationCreateRequest request)
    {
        using var hold = space.Enter(out var now);
        if (space.Memory.DryRuns.TryGet(request.IdempotencyKey, now, out var known))
        {
            return CanonicalPayload.Equal(request, known.Request)
                ? space.Answer(known.Response)
                : space.Refuse<ReservationCreateResponse>(Refusals.KeyMismatch(request.IdempotencyKey));
        }

        // A live reserve shares the key space, and a dry run never repeats one.
        if (space.Reservations.FindByKey(new ReplayKey(request.IdempotencyKey), now) != Reservation.None)
        {
            return space.Refuse<ReservationCreateResponse>(Refusals.KeyMismatch(request.IdempotencyKey));
        }

        if (Evaluation.Try(space, request.Subject, request.Estimate, out var evaluation) is { } error)
        {
            return space.Refuse<ReservationCreateResponse>(error);
        }

        var response = new ReservationCreateResponse
        {
            Decision = evaluation.Decision,
            ScopePath = evaluation.Scopes.Leaf,
            AffectedScopes = evaluation.Scopes.Paths,
            Caps = evaluation.Caps,
            ReasonCode = evaluation.Reason,
            Balances = evaluation.Budgets.Capture(space.Budgets, space.Pages).Detach().ToBalances(evaluation.Budgets),
        };
        var kept = request with { Subject = evaluation.Scopes.Subject, Action = space.Actions.Intern(request.Action) };
        space.Memory.DryRuns.Add(request.IdempotencyKey, kept, response, now);
        space.Remembered();
        return space.Answer(response);
    }
}
