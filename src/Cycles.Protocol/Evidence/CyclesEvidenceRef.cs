namespace Cycles;

/// <summary>Where the signed evidence of an answer can be fetched (protocol schema <c>CyclesEvidenceRef</c>).</summary>
public sealed record CyclesEvidenceRef
{
    /// <summary>The envelope's SHA-256 content hash, 64 lower-case hex digits.</summary>
    public required string EvidenceId { get; init; }

    /// <summary>The envelope's absolute address. It is signed later than it is named, so a 404 may be a matter of moments.</summary>
    public required Uri CyclesEvidenceUrl { get; init; }
}
