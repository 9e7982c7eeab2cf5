using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>A page of balances (protocol operation <c>getBalances</c>).</summary>
public sealed record BalanceResponse
{
    /// <summary>The page.</summary>
    public required IReadOnlyList<Balance> Balances { get; init; }

    /// <summary>Where the next page starts, if there is one.</summary>
    public string? NextCursor { get; init; }

    /// <summary>Whether there is a next page.</summary>
    public bool? HasMore { get; init; }

    /// <summary>
    /// What came with the answer: ids, the tenant, rate limits. Set by the client on what it returns, and no part of the
    /// protocol's JSON.
    /// </summary>
    [JsonIgnore]
    public CyclesResponseMetadata ResponseMetadata { get; init; } = CyclesResponseMetadata.None;

    /// <summary>Finds the first field that is not what the protocol promises.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() => Check.Each("balances", Balances, static balance => balance.Validate());
}
