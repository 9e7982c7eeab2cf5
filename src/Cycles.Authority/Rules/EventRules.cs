namespace Cycles.Authority;

/// <summary>What an event does: like a commit without a hold, except that frozen and closed budgets refuse it.</summary>
internal static class EventRules
{
    /// <summary>Charges the scopes, or says which one refuses; then they are worthless and the caller drops them.</summary>
    public static Refusal Charge(Span<BudgetState> scopes, long amount, CommitOveragePolicy policy, out long charged)
    {
        charged = amount;
        for (var i = 0; i < scopes.Length; i++)
        {
            if (Check(scopes[i], amount, policy) is { } code)
            {
                return new Refusal(code, i, scopes[i]);
            }
        }

        return policy == CommitOveragePolicy.Reject
            ? CommitRules.Charge(scopes, amount, withDebt: false)
            : CommitRules.Commit(scopes, estimate: 0, amount, policy, out charged);
    }

    private static ErrorCode? Check(in BudgetState scope, long amount, CommitOveragePolicy policy)
    {
        if (scope.Status == BudgetStatus.Frozen)
        {
            return ErrorCode.BudgetFrozen;
        }

        if (scope.Status == BudgetStatus.Closed)
        {
            return ErrorCode.BudgetClosed;
        }

        return policy == CommitOveragePolicy.Reject && scope.Remaining < amount ? ErrorCode.BudgetExceeded : null;
    }
}
