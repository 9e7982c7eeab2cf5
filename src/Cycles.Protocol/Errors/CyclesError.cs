using System.Text.Json;

namespace Cycles;

/// <summary>A refusal: any 4xx or 5xx, as a value.</summary>
public sealed record CyclesError
{
    /// <summary>The HTTP status, 400 to 599.</summary>
    public required int Status { get; init; }

    /// <summary>The code as it stood on the wire; null when the answer had no parseable body.</summary>
    public string? RawCode { get; init; }

    /// <summary>The code, or <see cref="ErrorCode.Unknown"/> when there is none or this version does not know it.</summary>
    public ErrorCode Code => WireEnum<ErrorCode>.TryParse(RawCode, out var code) ? code : ErrorCode.Unknown;

    /// <summary>What was refused, why, and what to do.</summary>
    public required string Message { get; init; }

    /// <summary>The request's id in the server's log.</summary>
    public string? RequestId { get; init; }

    /// <summary>The trace that it belongs to.</summary>
    public string? TraceId { get; init; }

    /// <summary>How long to wait before asking again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The message's facts as fields.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Details { get; init; }

    /// <summary>The signed evidence of the refusal, where the server emits it.</summary>
    public CyclesEvidenceRef? CyclesEvidence { get; init; }

    /// <summary>A refusal with a known code.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The code; not <see cref="ErrorCode.Unknown"/>.</param>
    /// <param name="message">What was refused, why, and what to do.</param>
    /// <param name="details">The message's facts as fields.</param>
    /// <returns>The refusal.</returns>
    public static CyclesError Of(
        int status,
        ErrorCode code,
        string message,
        IReadOnlyDictionary<string, JsonElement>? details = null
    ) =>
        new()
        {
            Status = status,
            RawCode = WireEnum<ErrorCode>.NameOf(code),
            Message = message,
            Details = details,
        };
}
