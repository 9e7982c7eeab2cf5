namespace Cycles.Authority;

/// <summary>Sets a budget's caps, or takes them away where there are none here.</summary>
internal sealed record CapsRequest
{
    public required string Scope { get; init; }

    public required AmountUnit Unit { get; init; }

    public Caps? Caps { get; init; }

    public int? CapsAtPercent { get; init; }
}
