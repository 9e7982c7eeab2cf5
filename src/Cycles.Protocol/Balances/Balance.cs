namespace Cycles;

/// <summary>One budget's ledger: a scope, a unit, and where the money is (protocol schema <c>Balance</c>).</summary>
/// <remarks>
/// Where all fields are present, <c>remaining = allocated - spent - reserved - debt</c>, and all share one unit.
/// </remarks>
public sealed record Balance
{
    /// <summary>The scope's canonical path, such as <c>tenant:acme/agent:bot</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>The scope's canonical path.</summary>
    public required string ScopePath { get; init; }

    /// <summary>What a new reservation may still take; negative in overdraft.</summary>
    public required SignedAmount Remaining { get; init; }

    /// <summary>What active reservations hold.</summary>
    public Amount? Reserved { get; init; }

    /// <summary>What was charged.</summary>
    public Amount? Spent { get; init; }

    /// <summary>What was charged without cover and is owed.</summary>
    public Amount? Debt { get; init; }

    /// <summary>The total.</summary>
    public Amount? Allocated { get; init; }

    /// <summary>The most that may be owed.</summary>
    public Amount? OverdraftLimit { get; init; }

    /// <summary>Whether new reservations are refused until an operator reconciles the scope; absent means no.</summary>
    public bool? IsOverLimit { get; init; }

    /// <summary>Finds the first field that is not what the protocol promises.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.Amount("reserved", Reserved)
        ?? Check.Amount("spent", Spent)
        ?? Check.Amount("debt", Debt)
        ?? Check.Amount("allocated", Allocated)
        ?? Check.Amount("overdraft_limit", OverdraftLimit)
        ?? (SharesOneUnit ? null : new ValidationFinding("remaining", "must be in the unit of all other amounts"));

    /// <summary>Protocol, UNIT CONSISTENCY: amounts of different units in one balance say nothing.</summary>
    private bool SharesOneUnit =>
        IsIn(Reserved) && IsIn(Spent) && IsIn(Debt) && IsIn(Allocated) && IsIn(OverdraftLimit);

    private bool IsIn(Amount? amount) => amount is not { } given || given.Unit == Remaining.Unit;
}
