using System.Text.Json;

namespace Cycles;

/// <summary>Turns a 4xx or 5xx into a value: with a code when its body is an error of the protocol, else without.</summary>
internal static class HttpErrors
{
    public static CyclesError Read(int status, ReadOnlySpan<byte> body, CyclesResponseMetadata metadata)
    {
        if (Parse(body) is not { } error)
        {
            return Unreadable(status, metadata, "without an error body of the protocol");
        }

        return new CyclesError
        {
            Status = status,
            RawCode = error.Error,
            Message = error.Message,
            RequestId = error.RequestId,
            TraceId = error.TraceId ?? metadata.TraceId,
            RetryAfter = metadata.RetryAfter,
            Details = error.Details,
            CyclesEvidence = error.CyclesEvidence,
        };
    }

    /// <summary>A proxy answered, or the body did not arrive: the status is all there is, and it counts.</summary>
    public static CyclesError Unreadable(int status, CyclesResponseMetadata metadata, string how) =>
        new()
        {
            Status = status,
            Message = $"The server answered {status} {how}.",
            RequestId = metadata.RequestId,
            TraceId = metadata.TraceId,
            RetryAfter = metadata.RetryAfter,
        };

    private static ErrorResponse? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return
                JsonSerializer.Deserialize(body, CyclesJsonContext.Default.ErrorResponse) is { Error.Length: > 0 } error
                ? error
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
