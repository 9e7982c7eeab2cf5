using System.Text.Json;

namespace Cycles;

/// <summary>What is worth keeping beside the amount (protocol schema <c>StandardMetrics</c>). Everything is optional.</summary>
public sealed record CyclesMetrics
{
    /// <summary>Input tokens consumed; 0 or more.</summary>
    public long? TokensInput { get; init; }

    /// <summary>Output tokens generated; 0 or more.</summary>
    public long? TokensOutput { get; init; }

    /// <summary>How long the action took, in milliseconds; 0 or more.</summary>
    public long? LatencyMs { get; init; }

    /// <summary>The model or tool version that really ran, at most 128 characters.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>Anything else.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Custom { get; init; }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.Range("metrics.tokens_input", TokensInput, 0, long.MaxValue)
        ?? Check.Range("metrics.tokens_output", TokensOutput, 0, long.MaxValue)
        ?? Check.Range("metrics.latency_ms", LatencyMs, 0, long.MaxValue)
        ?? Check.Length("metrics.model_version", ModelVersion, 0, 128)
        ?? Check.Json("metrics.custom", Custom);
}
