namespace Cycles.Authority.Tests;

/// <summary>Budgets as the rules see them, written by what matters.</summary>
internal static class Book
{
    public const long Most = long.MaxValue;

    /// <summary>A budget with this much left after what is reserved, spent and owed.</summary>
    public static BudgetState With(
        long remaining,
        long reserved = 0,
        long spent = 0,
        long debt = 0,
        long limit = 0,
        bool over = false,
        BudgetStatus status = BudgetStatus.Active
    ) => new(remaining + reserved + spent + debt, reserved, spent, debt, limit, over, status);
}
