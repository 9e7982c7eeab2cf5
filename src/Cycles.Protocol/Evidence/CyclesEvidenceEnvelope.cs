using System.Text.Json;

namespace Cycles;

/// <summary>
/// A signed, content-addressed record of an answer, as a server publishes it (protocol schema
/// <c>CyclesEvidenceEnvelope</c>). Verifying it is the reader's part.
/// </summary>
public sealed record CyclesEvidenceEnvelope
{
    /// <summary>The envelope's format, <c>cycles-evidence/v0.1</c>.</summary>
    public required string SchemaVersion { get; init; }

    /// <summary><c>decide</c>, <c>reserve</c>, <c>commit</c>, <c>release</c> or <c>error</c>.</summary>
    public required string ArtifactType { get; init; }

    /// <summary>The issuing server's stable address.</summary>
    public required string ServerId { get; init; }

    /// <summary>The Ed25519 key that the signature verifies against.</summary>
    public required string SignerDid { get; init; }

    /// <summary>When it was issued, in Unix milliseconds.</summary>
    public required long IssuedAtMs { get; init; }

    /// <summary>The trace that it belongs to, 32 lower-case hex digits.</summary>
    public string? TraceId { get; init; }

    /// <summary>The answer, under one member named as <see cref="ArtifactType"/>.</summary>
    public required JsonElement Payload { get; init; }

    /// <summary>The SHA-256 content hash, 64 lower-case hex digits.</summary>
    public required string EvidenceId { get; init; }

    /// <summary>The Ed25519 signature, 128 lower-case hex digits.</summary>
    public required string Signature { get; init; }
}
