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
}
