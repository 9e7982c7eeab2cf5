namespace Cycles.Authority;

/// <summary>The budgets of one tenant and what subjects derive to. Guarded by the tenant's lock.</summary>
internal sealed class BudgetBook
{
    /// <summary>Past this many subjects the cache starts over: what a subject derives to is cheap, a leak is not.</summary>
    private const int MostCachedSubjects = 4_096;

    private readonly Dictionary<(string Scope, AmountUnit Unit), Budget> _budgets = [];
    private readonly Dictionary<Subject, ScopeSet> _subjects = new(SubjectComparer.Instance);

    /// <summary>Counts the budgets that were added.</summary>
    public int Version => _budgets.Count;

    /// <summary>Counts the changes that snapshots cannot share terms across.</summary>
    public int TermsVersion { get; private set; }

    public IEnumerable<Budget> All => _budgets.Values;

    public void TermsChanged() => TermsVersion++;

    public Budget? Find(string scope, AmountUnit unit) => _budgets.GetValueOrDefault((scope, unit));

    public BudgetIndex Index { get; } = new();

    public bool TryAdd(Budget budget)
    {
        if (!_budgets.TryAdd((budget.Scope, budget.Unit), budget))
        {
            return false;
        }

        Index.Add(budget);
        return true;
    }

    public ScopeSet Resolve(Subject subject)
    {
        if (_subjects.TryGetValue(subject, out var known))
        {
            return known;
        }

        if (_subjects.Count == MostCachedSubjects)
        {
            _subjects.Clear();
        }

        var scopes = new ScopeSet(subject);
        _subjects.Add(subject, scopes);
        return scopes;
    }

    /// <summary>The units that the first of these scopes with any budget has one in, root first.</summary>
    public (string Scope, AmountUnit[] Units)? FirstBudgeted(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            var units = Enum.GetValues<AmountUnit>().Where(unit => Find(path, unit) is not null).ToArray();
            if (units.Length > 0)
            {
                return (path, units);
            }
        }

        return null;
    }
}
