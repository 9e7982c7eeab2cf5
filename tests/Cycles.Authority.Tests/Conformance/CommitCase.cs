namespace Cycles.Authority.Tests;

/// <summary>A commit above its hold, and what it does to each scope, outermost first.</summary>
public sealed record CommitCase(string Name)
{
    /// <summary>One to four budgets.</summary>
    public required (long Allocated, long OverdraftLimit)[] Budgets { get; init; }

    /// <summary>Charged beforehand, each down to a depth: so scopes come to have remainders and debts of their own.</summary>
    public (int Levels, long Amount)[] Before { get; init; } = [];

    public required long Estimate { get; init; }

    public required long Actual { get; init; }

    public required CommitOveragePolicy Policy { get; init; }

    /// <summary>Null when it is refused.</summary>
    public long? Charged { get; init; }

    public required LedgerRow[] After { get; init; }

    public override string ToString() => Name;
}
