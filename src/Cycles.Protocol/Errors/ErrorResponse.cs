using System.Text.Json;

namespace Cycles;

/// <summary>The body of every refusal (protocol schema <c>ErrorResponse</c>).</summary>
public sealed record ErrorResponse
{
    /// <summary>The code; an unknown one is kept as it is.</summary>
    public required string Error { get; init; }

    /// <summary>What was refused, why, and what to do.</summary>
    public required string Message { get; init; }

    /// <summary>The request's id in the server's log.</summary>
    public required string RequestId { get; init; }

    /// <summary>The trace that it belongs to, 32 lower-case hex digits.</summary>
    public string? TraceId { get; init; }

    /// <summary>The message's facts as fields.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Details { get; init; }

    /// <summary>The signed evidence of the refusal, where the server emits it.</summary>
    public CyclesEvidenceRef? CyclesEvidence { get; init; }
}
