using System.Collections.ObjectModel;

namespace Cycles.Authority;

/// <summary>What a subject derives to, worked out once: its paths, and for each unit the budgets on them.</summary>
internal sealed class ScopeSet(Subject subject)
{
    private readonly BudgetSet?[] _byUnit = new BudgetSet?[(int)AmountUnit.RiskPoints + 1];

    public Subject Subject { get; } = subject;

    public ReadOnlyCollection<string> Paths { get; } = Array.AsReadOnly(ScopePath.Derive(subject));

    public string Leaf => Paths[^1];

    /// <summary>The budgets of one unit, looked up again only after a budget was added to the tenant.</summary>
    public BudgetSet In(AmountUnit unit, BudgetBook book)
    {
        var known = _byUnit[(int)unit];
        if (known is not null && known.BookVersion == book.Version)
        {
            return known;
        }

        return _byUnit[(int)unit] = new BudgetSet(this, unit, book);
    }
}
