namespace Cycles.Authority;

/// <summary>Names a budget to freeze, unfreeze or close.</summary>
internal sealed record BudgetStatusRequest
{
    public required string Scope { get; init; }

    public required AmountUnit Unit { get; init; }
}
