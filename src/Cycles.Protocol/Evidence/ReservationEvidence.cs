namespace Cycles;

/// <summary>The evidence of a reservation's operations (protocol schema <c>ReservationEvidence</c>).</summary>
public sealed record ReservationEvidence
{
    /// <summary>Of the reserve.</summary>
    public CyclesEvidenceRef? Reserve { get; init; }

    /// <summary>Of the commit.</summary>
    public CyclesEvidenceRef? Commit { get; init; }

    /// <summary>Of the release.</summary>
    public CyclesEvidenceRef? Release { get; init; }
}
