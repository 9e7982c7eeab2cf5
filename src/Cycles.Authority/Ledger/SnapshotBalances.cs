using System.Collections;

namespace Cycles.Authority;

/// <summary>A snapshot as a list; an entry is built when it is read.</summary>
internal sealed class SnapshotBalances(BudgetSet budgets, Snapshot snapshot) : IReadOnlyList<Balance>
{
    public int Count => budgets.Count;

    public Balance this[int index]
    {
        get
        {
            var budget = budgets[index];
            var at = snapshot.Offset + (2 * index);
            return Budget.BalanceOf(
                budget.Scope,
                budget.Unit,
                snapshot.Terms[index],
                snapshot.Page[at],
                snapshot.Page[at + 1]
            );
        }
    }

    public IEnumerator<Balance> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
