namespace Cycles.Authority;

/// <summary>
/// The budgeted scopes of a subject in one unit, root first: all that a reservation ever changes. A reservation keeps
/// the set that it was made on, so a budget added later does not join it.
/// </summary>
internal sealed class BudgetSet
{
    private readonly Budget[] _budgets;
    private BudgetTerms[] _terms = [];
    private int _termsVersion = -1;

    public BudgetSet(ScopeSet scopes, AmountUnit unit, BudgetBook book)
    {
        Scopes = scopes;
        Unit = unit;
        BookVersion = book.Version;
        _budgets = scopes.Paths.Select(path => book.Find(path, unit)).Where(budget => budget is not null).ToArray()!;
    }

    public ScopeSet Scopes { get; }

    public AmountUnit Unit { get; }

    public int BookVersion { get; }

    public int Count => _budgets.Length;

    public Budget this[int index] => _budgets[index];

    public void Read(Span<BudgetState> states)
    {
        for (var i = 0; i < _budgets.Length; i++)
        {
            states[i] = _budgets[i].State;
        }
    }

    public void Apply(ReadOnlySpan<BudgetState> states, BudgetBook book)
    {
        for (var i = 0; i < _budgets.Length; i++)
        {
            if (_budgets[i].Apply(states[i]))
            {
                book.TermsChanged();
            }
        }
    }

    /// <summary>The ledgers as they stand, in two numbers a scope and terms that most snapshots share.</summary>
    public Snapshot Capture(BudgetBook book, SnapshotPages pages)
    {
        if (_termsVersion != book.TermsVersion)
        {
            _terms = Array.ConvertAll(_budgets, budget => budget.Terms);
            _termsVersion = book.TermsVersion;
        }

        var (page, offset) = pages.Rent(2 * _budgets.Length);
        for (var i = 0; i < _budgets.Length; i++)
        {
            page[offset + (2 * i)] = _budgets[i].Reserved;
            page[offset + (2 * i) + 1] = _budgets[i].Spent;
        }

        return new Snapshot(_terms, page, offset);
    }
}
