using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>What an extension did (protocol operation <c>extendReservation</c>).</summary>
public sealed record ReservationExtendResponse
{
    /// <summary>Always <see cref="ReservationStatus.Active"/>.</summary>
    public required ReservationStatus Status { get; init; }

    /// <summary>The new end by the authority's clock, in Unix milliseconds.</summary>
    public required long ExpiresAtMs { get; init; }

    /// <summary>How long the hold had left when this answer was made, in milliseconds; made afresh on a replay.</summary>
    public long? RemainingTtlMs { get; init; }

    /// <summary>The budgeted scopes, which an extension leaves as they are.</summary>
    [JsonConverter(typeof(SnapshotBalancesConverter))]
    public IReadOnlyList<Balance>? Balances { get; init; }

    /// <summary>Finds the first field that is not what the protocol promises.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.Status(Status, ReservationStatus.Active)
        ?? Check.Range("expires_at_ms", ExpiresAtMs, 0, long.MaxValue)
        ?? Check.Range("remaining_ttl_ms", RemainingTtlMs, 0, long.MaxValue);
}
