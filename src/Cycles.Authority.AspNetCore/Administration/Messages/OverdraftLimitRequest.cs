namespace Cycles.Authority;

/// <summary>Sets how much a budget may owe.</summary>
internal sealed record OverdraftLimitRequest
{
    public required string Scope { get; init; }

    public required Amount Limit { get; init; }
}
