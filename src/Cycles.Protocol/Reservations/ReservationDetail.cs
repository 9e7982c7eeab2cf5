using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>One reservation in full (protocol operation <c>getReservation</c>).</summary>
public sealed record ReservationDetail
{
    /// <summary>The hold's id.</summary>
    public required string ReservationId { get; init; }

    /// <summary>Where it stands.</summary>
    public required ReservationStatus Status { get; init; }

    /// <summary>The key of the reserve that made it, where the server keeps it.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Who acts, and for whom.</summary>
    public required Subject Subject { get; init; }

    /// <summary>What was to be done.</summary>
    public required CyclesAction Action { get; init; }

    /// <summary>What it holds or held.</summary>
    public required Amount Reserved { get; init; }

    /// <summary>What was charged; on committed reservations only.</summary>
    public Amount? Committed { get; init; }

    /// <summary>When it was made, in Unix milliseconds.</summary>
    public required long CreatedAtMs { get; init; }

    /// <summary>When it ends or ended, in Unix milliseconds.</summary>
    public required long ExpiresAtMs { get; init; }

    /// <summary>When it was committed or released, in Unix milliseconds; absent otherwise.</summary>
    public long? FinalizedAtMs { get; init; }

    /// <summary>The leaf scope.</summary>
    public required string ScopePath { get; init; }

    /// <summary>Every scope derived from the subject, root first.</summary>
    public required IReadOnlyList<string> AffectedScopes { get; init; }

    /// <summary>The metadata of the reserve.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>The metadata of the commit; on committed reservations only.</summary>
    public IReadOnlyDictionary<string, JsonElement>? CommittedMetadata { get; init; }

    /// <summary>The signed evidence of its operations, where the server emits it.</summary>
    public ReservationEvidence? Evidence { get; init; }

    /// <summary>
    /// What came with the answer: ids, the tenant, rate limits. Set by the client on what it returns, and no part of the
    /// protocol's JSON.
    /// </summary>
    [JsonIgnore]
    public CyclesResponseMetadata ResponseMetadata { get; init; } = CyclesResponseMetadata.None;

    /// <summary>Finds the first field that is not what the protocol promises. An unknown <see cref="Status"/> is not one.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.Amount("reserved", Reserved)
        ?? Check.Amount("committed", Committed)
        ?? Check.Range("created_at_ms", CreatedAtMs, 0, long.MaxValue)
        ?? Check.Range("expires_at_ms", ExpiresAtMs, 0, long.MaxValue)
        ?? Check.Range("finalized_at_ms", FinalizedAtMs, 0, long.MaxValue)
        ?? Check.Items("affected_scopes", AffectedScopes, int.MaxValue, int.MaxValue);
}
