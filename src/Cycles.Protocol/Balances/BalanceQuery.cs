namespace Cycles;

/// <summary>Which balances to read (protocol operation <c>getBalances</c>).</summary>
public sealed record BalanceQuery
{
    /// <summary>
    /// Budgets whose path holds every level given here, in any case of letters; at least one level is needed.
    /// Dimensions do not filter.
    /// </summary>
    public required Subject Subject { get; init; }

    /// <summary>
    /// With the default, false, only budgets whose last level is the deepest one given; else those below it too.
    /// </summary>
    public bool IncludeChildren { get; init; }

    /// <summary>The most to return in one page; 1 to 200, default 50.</summary>
    public int? Limit { get; init; }

    /// <summary>Where the page before ended, from <see cref="BalanceResponse.NextCursor"/>.</summary>
    public string? Cursor { get; init; }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() => Check.Subject(Subject) ?? Check.Range("limit", Limit, 1, 200);
}
