namespace Cycles.Authority;

/// <summary>What a reserve would be told, worked out without changing anything.</summary>
internal readonly record struct Evaluation(
    Decision Decision,
    ScopeSet Scopes,
    BudgetSet Budgets,
    Caps? Caps = null,
    ReasonCode? Reason = null
)
{
    /// <summary>The checks of a reserve in their order.</summary>
    /// <returns>A wrong unit, which is a mistake and no answer; null otherwise.</returns>
    public static CyclesError? Try(TenantSpace space, Subject subject, Amount estimate, out Evaluation evaluation)
    {
        var scopes = space.Budgets.Resolve(subject);
        var budgets = scopes.In(estimate.Unit, space.Budgets);
        evaluation = new Evaluation(Decision.Allow, scopes, budgets);
        if (space.IsClosed)
        {
            evaluation = evaluation.Deny(ReasonCode.TenantClosed);
            return null;
        }

        if (budgets.Count == 0)
        {
            var error = space.NoBudget(scopes, estimate.Unit);
            evaluation = evaluation.Deny(ReasonCode.BudgetNotFound);
            return error.Code == ErrorCode.UnitMismatch ? error : null;
        }

        Span<BudgetState> states = stackalloc BudgetState[Subject.LevelCount];
        states = states[..budgets.Count];
        budgets.Read(states);
        var refusal = ReserveRules.Hold(states, estimate.Value);
        if (!refusal.IsNone)
        {
            evaluation = evaluation.Deny(ReasonOf(refusal.Code));
            return null;
        }

        if (CapsRules.Select(budgets, states) is { } caps)
        {
            evaluation = evaluation with { Decision = Decision.AllowWithCaps, Caps = caps };
        }

        return null;
    }

    private Evaluation Deny(ReasonCode reason) => this with { Decision = Decision.Deny, Reason = reason };

    /// <summary>The two sets of codes share these labels (protocol, DecisionReasonCode).</summary>
    private static ReasonCode ReasonOf(ErrorCode code) =>
        code switch
        {
            ErrorCode.BudgetFrozen => ReasonCode.BudgetFrozen,
            ErrorCode.BudgetClosed => ReasonCode.BudgetClosed,
            ErrorCode.OverdraftLimitExceeded => ReasonCode.OverdraftLimitExceeded,
            ErrorCode.DebtOutstanding => ReasonCode.DebtOutstanding,
            _ => ReasonCode.BudgetExceeded,
        };
}
