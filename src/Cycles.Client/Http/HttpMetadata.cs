using System.Globalization;
using System.Net.Http.Headers;

namespace Cycles;

/// <summary>Reads what comes with an answer besides its body. What is not as the protocol has it counts as absent.</summary>
internal static class HttpMetadata
{
    /// <summary>One walk over what came, which is less than looking for each name.</summary>
    public static CyclesResponseMetadata Read(HttpResponseMessage response)
    {
        string? requestId = null;
        string? traceId = null;
        string? tenant = null;
        long? remaining = null;
        long? reset = null;
        TimeSpan? retryAfter = null;
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            // Two values say nothing.
            if (values.Count != 1)
            {
                continue;
            }

            if (Is(name, HttpHeaderNames.RequestId))
            {
                requestId = Text(values);
            }
            else if (Is(name, HttpHeaderNames.TraceId))
            {
                traceId = Text(values);
            }
            else if (Is(name, HttpHeaderNames.Tenant))
            {
                tenant = Text(values);
            }
            else if (Is(name, HttpHeaderNames.RateLimitRemaining))
            {
                remaining = Number(values);
            }
            else if (Is(name, HttpHeaderNames.RateLimitReset))
            {
                reset = Number(values);
            }
            else if (Is(name, HttpHeaderNames.RetryAfter))
            {
                retryAfter = RetryAfter.Parse(values.ToString());
            }
        }

        return new CyclesResponseMetadata
        {
            RequestId = requestId,
            TraceId = traceId,
            Tenant = tenant,
            RateLimitRemaining = remaining,
            RateLimitReset = Time(reset),
            RetryAfter = retryAfter,
        };
    }

    private static bool Is(string name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);

    private static string? Text(HeaderStringValues values) =>
        values.ToString().Trim() is { Length: > 0 } text ? text : null;

    private static long? Number(HeaderStringValues values) =>
        long.TryParse(Text(values), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Time(long? seconds) =>
        seconds is { } known && known <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(known)
            : null;
}
