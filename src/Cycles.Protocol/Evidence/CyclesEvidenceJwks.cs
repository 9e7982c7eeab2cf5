namespace Cycles;

/// <summary>The keys a server signs evidence with, as a JWK set (protocol schema <c>CyclesEvidenceJwks</c>).</summary>
public sealed record CyclesEvidenceJwks
{
    /// <summary>Current and retired keys.</summary>
    public required IReadOnlyList<CyclesEvidenceJwk> Keys { get; init; }
}
