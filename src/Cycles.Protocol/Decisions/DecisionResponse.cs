using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>An opinion (protocol operation <c>decide</c>). It holds nothing: a reserve a moment later may still fail.</summary>
public sealed record DecisionResponse
{
    /// <summary>The answer.</summary>
    public required Decision Decision { get; init; }

    /// <summary>The limits of <see cref="Decision.AllowWithCaps"/>; absent otherwise.</summary>
    public Caps? Caps { get; init; }

    /// <summary>Why it is <see cref="Decision.Deny"/>.</summary>
    public ReasonCode? ReasonCode { get; init; }

    /// <summary>When asking again may help, in milliseconds from now.</summary>
    public long? RetryAfterMs { get; init; }

    /// <summary>Every scope derived from the subject, root first.</summary>
    public IReadOnlyList<string>? AffectedScopes { get; init; }

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
        Caps?.Validate()
        ?? Check.Range("retry_after_ms", RetryAfterMs, 0, long.MaxValue)
        ?? Check.Items("affected_scopes", AffectedScopes, int.MaxValue, int.MaxValue);
}
