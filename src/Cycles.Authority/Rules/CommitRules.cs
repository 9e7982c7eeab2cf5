namespace Cycles.Authority;

/// <summary>
/// What a commit, or an event, does to the scopes. Status, debt and the over-limit flag are not looked at: the action
/// has happened.
/// </summary>
internal static class CommitRules
{
    /// <summary>
    /// Replaces a hold of <paramref name="estimate"/> by a charge of <paramref name="actual"/>. On a refusal the scopes
    /// are worthless and the caller drops them.
    /// </summary>
    public static Refusal Commit(
        Span<BudgetState> scopes,
        long estimate,
        long actual,
        CommitOveragePolicy policy,
        out long charged
    )
    {
        charged = actual;
        if (actual > estimate)
        {
            var refusal = ChargeOverage(scopes, actual - estimate, policy, out var covered);
            if (!refusal.IsNone)
            {
                return refusal;
            }

            charged = estimate + covered;
        }

        var i = 0;
        try
        {
            for (; i < scopes.Length; i++)
            {
                var scope = scopes[i];
                scopes[i] = (
                    scope with
                    {
                        Reserved = scope.Reserved - estimate,
                        Spent = checked(scope.Spent + Math.Min(estimate, actual)),
                    }
                ).Checked();
            }
        }
        catch (OverflowException)
        {
            return new Refusal(ErrorCode.InvalidRequest, i, scopes[i]);
        }

        return default;
    }

    private static Refusal ChargeOverage(
        Span<BudgetState> scopes,
        long delta,
        CommitOveragePolicy policy,
        out long covered
    )
    {
        covered = 0;
        switch (policy)
        {
            case CommitOveragePolicy.Reject:
                return new Refusal(ErrorCode.BudgetExceeded, TightestOf(scopes), scopes[TightestOf(scopes)]);

            case CommitOveragePolicy.AllowWithOverdraft:
                covered = Coverable(scopes, delta, zeroLimitOnly: true);
                if (BeyondLimit(scopes, covered) is { IsNone: false } refusal)
                {
                    return refusal;
                }

                FlagUncovered(scopes, covered, delta, zeroLimitOnly: true);
                return Charge(scopes, covered, withDebt: true);

            default:
                covered = Coverable(scopes, delta, zeroLimitOnly: false);
                FlagUncovered(scopes, covered, delta, zeroLimitOnly: false);
                return Charge(scopes, covered, withDebt: false);
        }
    }

    /// <summary>How much of the overage every scope can carry; a scope that may owe does not bound it.</summary>
    private static long Coverable(ReadOnlySpan<BudgetState> scopes, long delta, bool zeroLimitOnly)
    {
        var covered = delta;
        foreach (ref readonly var scope in scopes)
        {
            if (!zeroLimitOnly || scope.OverdraftLimit == 0)
            {
                covered = Math.Min(covered, scope.Available);
            }
        }

        return covered;
    }

    private static Refusal BeyondLimit(ReadOnlySpan<BudgetState> scopes, long charge)
    {
        for (var i = 0; i < scopes.Length; i++)
        {
            var deficit = DeficitOf(scopes[i], charge);

            // Debt equal to the limit is allowed, and a charge without a deficit never fails.
            if (deficit > 0 && deficit > scopes[i].OverdraftLimit - scopes[i].Debt)
            {
                return new Refusal(ErrorCode.OverdraftLimitExceeded, i, scopes[i]);
            }
        }

        return default;
    }

    /// <summary>A scope that could not cover all of it takes no new reservation until an operator reconciles it.</summary>
    private static void FlagUncovered(Span<BudgetState> scopes, long covered, long delta, bool zeroLimitOnly)
    {
        if (covered == delta)
        {
            return;
        }

        foreach (ref var scope in scopes)
        {
            if (scope.Remaining < delta && (!zeroLimitOnly || scope.OverdraftLimit == 0))
            {
                scope = scope with { IsOverLimit = true };
            }
        }
    }

    /// <summary>Charges every scope; where debt is allowed, what a scope cannot cover is owed.</summary>
    public static Refusal Charge(Span<BudgetState> scopes, long charge, bool withDebt)
    {
        var i = 0;
        try
        {
            for (; i < scopes.Length; i++)
            {
                var scope = scopes[i];
                var deficit = withDebt ? DeficitOf(scope, charge) : 0;
                scopes[i] = (
                    scope with
                    {
                        Spent = checked(scope.Spent + (charge - deficit)),
                        Debt = checked(scope.Debt + deficit),
                    }
                ).Checked();
            }
        }
        catch (OverflowException)
        {
            return new Refusal(ErrorCode.InvalidRequest, i, scopes[i]);
        }

        return default;
    }

    /// <summary>The unfunded part of a charge.</summary>
    private static long DeficitOf(in BudgetState scope, long charge) =>
        scope.Remaining < charge ? charge - scope.Available : 0;

    /// <summary>The scope to name when any overage is refused: the one with the least left.</summary>
    private static int TightestOf(ReadOnlySpan<BudgetState> scopes)
    {
        var tightest = 0;
        for (var i = 1; i < scopes.Length; i++)
        {
            if (scopes[i].Remaining < scopes[tightest].Remaining)
            {
                tightest = i;
            }
        }

        return tightest;
    }
}
