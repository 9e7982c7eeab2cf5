using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>The answer to a reserve or to its dry run (protocol operation <c>createReservation</c>).</summary>
public sealed record ReservationCreateResponse
{
    /// <summary>The answer.</summary>
    public required Decision Decision { get; init; }

    /// <summary>The hold's id; present on a live answer that allows.</summary>
    public string? ReservationId { get; init; }

    /// <summary>What is held.</summary>
    public Amount? Reserved { get; init; }

    /// <summary>When the hold ends by the authority's clock, in Unix milliseconds.</summary>
    public long? ExpiresAtMs { get; init; }

    /// <summary>
    /// How long the hold had left when this answer was made, in milliseconds: the only input to lease arithmetic.
    /// Made afresh on a replay, 0 when the reservation is no longer active.
    /// </summary>
    public long? RemainingTtlMs { get; init; }

    /// <summary>The leaf scope.</summary>
    public string? ScopePath { get; init; }

    /// <summary>Every scope derived from the subject, root first.</summary>
    public required IReadOnlyList<string> AffectedScopes { get; init; }

    /// <summary>The limits of <see cref="Decision.AllowWithCaps"/>; absent otherwise.</summary>
    public Caps? Caps { get; init; }

    /// <summary>The budgeted scopes after the change, root first.</summary>
    [JsonConverter(typeof(SnapshotBalancesConverter))]
    public IReadOnlyList<Balance>? Balances { get; init; }

    /// <summary>Why it is <see cref="Decision.Deny"/>.</summary>
    public ReasonCode? ReasonCode { get; init; }

    /// <summary>When asking again may help, in milliseconds from now.</summary>
    public long? RetryAfterMs { get; init; }

    /// <summary>The signed evidence of this answer, where the server emits it.</summary>
    public CyclesEvidenceRef? CyclesEvidence { get; init; }

    /// <summary>
    /// What came with the answer: ids, the tenant, rate limits. Set by the client on what it returns, and no part of the
    /// protocol's JSON.
    /// </summary>
    [JsonIgnore]
    public CyclesResponseMetadata ResponseMetadata { get; init; } = CyclesResponseMetadata.None;

    /// <summary>Finds the first field that is not what the protocol promises.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.Amount("reserved", Reserved)
        ?? Check.Range("expires_at_ms", ExpiresAtMs, 0, long.MaxValue)
        ?? Check.Range("remaining_ttl_ms", RemainingTtlMs, 0, long.MaxValue)
        ?? Check.Items("affected_scopes", AffectedScopes, int.MaxValue, int.MaxValue)
        ?? CheckCaps()
        ?? Check.Range("retry_after_ms", RetryAfterMs, 0, long.MaxValue);

    /// <summary>An action that may run within limits must not run without them (protocol, createReservation).</summary>
    private ValidationFinding? CheckCaps() =>
        Decision == Decision.AllowWithCaps && Caps is null
            ? new ValidationFinding("caps", "is required with ALLOW_WITH_CAPS")
            : Caps?.Validate();
}
