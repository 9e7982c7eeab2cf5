namespace Cycles.Authority;

/// <summary>
/// Balances as they stood after a change. A response hands them out and its replay must repeat them, so they are kept
/// as numbers and become <see cref="Balance"/> objects only when somebody reads them.
/// </summary>
internal readonly record struct Snapshot(BudgetTerms[] Terms, long[] Page, int Offset)
{
    public IReadOnlyList<Balance> ToBalances(BudgetSet budgets) => new SnapshotBalances(budgets, this);
}
