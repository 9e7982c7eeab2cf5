using System.Text.Json;

namespace Cycles;

/// <summary>Charges what an action really cost and frees the rest (protocol operation <c>commitReservation</c>).</summary>
public sealed record CommitRequest
{
    /// <summary>Names this operation so that a repeat of it is recognised; 1 to 256 characters.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>What it cost, in the unit of the estimate; 0 is legal.</summary>
    public required Amount Actual { get; init; }

    /// <summary>What is worth keeping beside the amount.</summary>
    public CyclesMetrics? Metrics { get; init; }

    /// <summary>Free data to keep with it.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.IdempotencyKey(IdempotencyKey)
        ?? Check.Amount("actual", Actual)
        ?? Metrics?.Validate()
        ?? Check.Json("metadata", Metadata);
}
