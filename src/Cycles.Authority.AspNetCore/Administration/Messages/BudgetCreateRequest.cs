namespace Cycles.Authority;

/// <summary>Creates a budget.</summary>
internal sealed record BudgetCreateRequest
{
    public required string Scope { get; init; }

    public required Amount Allocated { get; init; }

    public Amount? OverdraftLimit { get; init; }

    public Caps? Caps { get; init; }

    public int? CapsAtPercent { get; init; }
}
