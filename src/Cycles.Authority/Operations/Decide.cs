namespace Cycles.Authority;

/// <summary>Decide (protocol operation <c>decide</c>): every answer is remembered, DENY too.</summary>
internal static class Decide
{
    public static CyclesResponse<DecisionResponse> Execute(TenantSpace space, DecisionRequest request)
    {
        using var hold = space.Enter(out var now);
        if (space.Memory.Decisions.TryGet(request.IdempotencyKey, now, out var known))
        {
            return CanonicalPayload.Equal(request, known.Request)
                ? space.Answer(known.Response)
                : space.Refuse<DecisionResponse>(Refusals.KeyMismatch(request.IdempotencyKey));
        }

        if (Evaluation.Try(space, request.Subject, request.Estimate, out var evaluation) is { } error)
        {
            return space.Refuse<DecisionResponse>(error);
        }

        var response = new DecisionResponse
        {
            Decision = evaluation.Decision,
            Caps = evaluation.Caps,
            ReasonCode = evaluation.Reason,
            AffectedScopes = evaluation.Scopes.Paths,
        };
        var kept = request with { Subject = evaluation.Scopes.Subject, Action = space.Actions.Intern(request.Action) };
        space.Memory.Decisions.Add(request.IdempotencyKey, kept, response, now);
        space.Remembered();
        return space.Answer(response);
    }
}
