namespace Cycles.Authority;

/// <summary>Event (protocol operation <c>createEvent</c>): a charge without a hold.</summary>
internal static class CreateEvent
{
    public static CyclesResponse<EventCreateResponse> Execute(TenantSpace space, EventCreateRequest request)
    {
        using var hold = space.Enter(out var now);
        if (space.Memory.Events.TryGet(request.IdempotencyKey, now, out var known))
        {
            return CanonicalPayload.Equal(request, known.Request)
                ? new CyclesResponse<EventCreateResponse>(201, known.Response, space.Metadata)
                : space.Refuse<EventCreateResponse>(Refusals.KeyMismatch(request.IdempotencyKey));
        }

        if (space.IsClosed)
        {
            return space.Refuse<EventCreateResponse>(Refusals.TenantClosed(space.Tenant));
        }

        var scopes = space.Budgets.Resolve(request.Subject);
        var budgets = scopes.In(request.Actual.Unit, space.Budgets);
        if (budgets.Count == 0)
        {
            return space.Refuse<EventCreateResponse>(space.NoBudget(scopes, request.Actual.Unit));
        }

        Span<BudgetState> states = stackalloc BudgetState[Subject.LevelCount];
        states = states[..budgets.Count];
        budgets.Read(states);
        var policy = request.OveragePolicy ?? (space.Settings ?? TenantSettings.Default).OveragePolicy;
        var refusal = EventRules.Charge(states, request.Actual.Value, policy, out var charged);
        if (!refusal.IsNone)
        {
            return space.Refuse<EventCreateResponse>(Refusals.Of(refusal, budgets, request.Actual.Value, "event"));
        }

        var kept = request with { Subject = scopes.Subject, Action = space.Actions.Intern(request.Action) };
        budgets.Apply(states, space.Budgets);
        var response = new EventCreateResponse
        {
            Status = EventStatus.Applied,
            EventId = space.Authority.Ids.Event(space.Number, space.EventCount++),
            Charged = charged < request.Actual.Value ? new Amount(budgets.Unit, charged) : null,
            Balances = budgets.Capture(space.Budgets, space.Pages).Detach().ToBalances(budgets),
        };
        space.Memory.Events.Add(request.IdempotencyKey, kept, response, now);
        space.Remembered();
        return new CyclesResponse<EventCreateResponse>(201, response, space.Metadata);
    }
}
