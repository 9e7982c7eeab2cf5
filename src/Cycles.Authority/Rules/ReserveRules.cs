namespace Cycles.Authority;

/// <summary>Reserve, decide and dry-run: one check, scope by scope, root first, and the first failure wins.</summary>
internal static class ReserveRules
{
    /// <summary>Holds the estimate on every scope, or says which one refuses; then no scope has changed.</summary>
    public static Refusal Hold(Span<BudgetState> scopes, long estimate)
    {
        for (var i = 0; i < scopes.Length; i++)
        {
            if (Check(scopes[i], estimate) is { } code)
            {
                return new Refusal(code, i, scopes[i]);
            }
        }

        foreach (ref var scope in scopes)
        {
            // Cannot overflow: what remains covers the estimate, so reserved stays within the allocation.
            scope = scope with
            {
                Reserved = scope.Reserved + estimate,
            };
        }

        return default;
    }

    private static ErrorCode? Check(in BudgetState scope, long estimate)
    {
        if (scope.Status == BudgetStatus.Frozen)
        {
            return ErrorCode.BudgetFrozen;
        }

        if (scope.Status == BudgetStatus.Closed)
        {
            return ErrorCode.BudgetClosed;
        }

        // Over-limit goes before debt (protocol, ERROR SEMANTICS).
        if (scope.IsOverLimit)
        {
            return ErrorCode.OverdraftLimitExceeded;
        }

        if (scope.Debt > 0 && scope.OverdraftLimit == 0)
        {
            return ErrorCode.DebtOutstanding;
        }

        return scope.Remaining < estimate ? ErrorCode.BudgetExceeded : null;
    }
}
