using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>One Ed25519 key and the time it is good for (protocol schema <c>CyclesEvidenceJwk</c>).</summary>
public sealed record CyclesEvidenceJwk
{
    /// <summary>The key type, <c>OKP</c>.</summary>
    [JsonPropertyName("kty")]
    public required string KeyType { get; init; }

    /// <summary>The curve, <c>Ed25519</c>.</summary>
    [JsonPropertyName("crv")]
    public required string Curve { get; init; }

    /// <summary>The algorithm, <c>EdDSA</c> where present.</summary>
    [JsonPropertyName("alg")]
    public string? Algorithm { get; init; }

    /// <summary>The raw public key in unpadded base64url.</summary>
    public required string X { get; init; }

    /// <summary>The key's id.</summary>
    [JsonPropertyName("kid")]
    public required string KeyId { get; init; }

    /// <summary>Good from this time on, in Unix milliseconds.</summary>
    [JsonPropertyName("cycles_nbf_ms")]
    public required long NotBeforeMs { get; init; }

    /// <summary>Good until just before this time, in Unix milliseconds; absent means still in use.</summary>
    [JsonPropertyName("cycles_exp_ms")]
    public long? ExpiresMs { get; init; }

    /// <summary><c>active</c> or <c>retired</c>; advice only, the times decide.</summary>
    public string? Status { get; init; }
}
