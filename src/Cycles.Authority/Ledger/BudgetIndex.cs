namespace Cycles.Authority;

/// <summary>
/// The budgets of a tenant by each segment of their path, in the order in which they are listed, so that a page costs
/// what it shows. Guarded by the tenant's lock.
/// </summary>
internal sealed class BudgetIndex
{
    /// <summary>After every position that there can be.</summary>
    private const string Last = "\uffff";

    private readonly Dictionary<string, SortedSet<string>> _positions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Budget> _budgets = new(StringComparer.Ordinal);

    public void Add(Budget budget)
    {
        _budgets.Add(budget.Position, budget);
        foreach (var segment in budget.Scope.Split('/'))
        {
            if (!_positions.TryGetValue(segment, out var positions))
            {
                _positions.Add(segment, positions = new SortedSet<string>(StringComparer.Ordinal));
            }

            positions.Add(budget.Position);
        }
    }

    /// <summary>The budgets after a position whose path holds every one of these segments.</summary>
    public IEnumerable<Budget> After(string position, IReadOnlyList<string> segments)
    {
        if (string.CompareOrdinal(position, Last) >= 0)
        {
            yield break;
        }

        SortedSet<string>? fewest = null;
        foreach (var segment in segments)
        {
            if (!_positions.TryGetValue(segment, out var positions))
            {
                yield break;
            }

            fewest = fewest is null || positions.Count < fewest.Count ? positions : fewest;
        }

        // A cursor stands on a position; what comes next starts right after it.
        foreach (var next in fewest!.GetViewBetween(position + '\0', Last))
        {
            var budget = _budgets[next];
            var path = budget.Scope.Split('/');
            if (segments.All(segment => path.Contains(segment, StringComparer.Ordinal)))
            {
                yield return budget;
            }
        }
    }
}
