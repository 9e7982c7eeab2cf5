namespace Cycles.Authority;

/// <summary>
/// Balances as they stood after a change. A response hands them out and its replay must repeat them, so they are kept
/// as numbers and become <see cref="Balance"/> objects only when somebody reads them.
/// </summary>
internal readonly record struct Snapshot(BudgetTerms[] Terms, long[] Page, int Offset)
{
    /// <summary>The same balances in an array of their own, off the page that they share with many others.</summary>
    public Snapshot Detach() =>
        Page is null || Page.Length == 2 * Terms.Length
            ? this
            : this with
            {
                Page = Page.AsSpan(Offset, 2 * Terms.Length).ToArray(),
                Offset = 0,
            };

    public IReadOnlyList<Balance> ToBalances(BudgetSet budgets) => new SnapshotBalances(budgets, this);
}
