using System.Globalization;
using System.Net.Http.Headers;

namespace Cycles;

/// <summary>Reads what comes with an answer besides its body. What is not as the protocol has it counts as absent.</summary>
internal static class HttpMetadata
{
    public static CyclesResponseMetadata Read(HttpResponseMessage response)
    {
        var headers = response.Headers.NonValidated;
        return new CyclesResponseMetadata
        {
            RequestId = Text(headers, HttpHeaderNames.RequestId),
            TraceId = Text(headers, HttpHeaderNames.TraceId),
            Tenant = Text(headers, HttpHeaderNames.Tenant),
            RateLimitRemaining = Number(headers, HttpHeaderNames.RateLimitRemaining),
            RateLimitReset = Time(Number(headers, HttpHeaderNames.RateLimitReset)),
            RetryAfter = RetryAfter.Parse(Single(headers, HttpHeaderNames.RetryAfter)),
        };
    }

    private static string? Text(HttpHeadersNonValidated headers, string name) =>
        Single(headers, name)?.Trim() is { Length: > 0 } text ? text : null;

    private static long? Number(HttpHeadersNonValidated headers, string name) =>
        long.TryParse(Text(headers, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static DateTimeOffset? Time(long? seconds) =>
        seconds is { } known && known <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(known)
            : null;

    /// <summary>Two values say nothing.</summary>
    private static string? Single(HttpHeadersNonValidated headers, string name) =>
        headers.TryGetValues(name, out var values) && values.Count == 1 ? values.ToString() : null;
}
