using System.Diagnostics;
using System.Net.Http.Headers;
using System.Reflection;

namespace Cycles;

/// <summary>Makes the requests: method, address, headers, body.</summary>
internal static class HttpRequests
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private static readonly string UserAgent = $"cycles-client-dotnet/{Version()} (.NET {Environment.Version})";

    /// <param name="sender">Whose defaults for the HTTP version hold, where it has any.</param>
    /// <param name="address">Where to.</param>
    /// <param name="body">What to post; null for a GET.</param>
    /// <param name="idempotencyKey">The key in the body; null for a GET.</param>
    /// <param name="apiKey">Who asks.</param>
    public static AttemptMessage New(
        HttpMessageInvoker sender,
        Uri address,
        ReadOnlyMemory<byte>? body,
        string? idempotencyKey,
        string apiKey
    )
    {
        var request = new AttemptMessage(body is null ? HttpMethod.Get : HttpMethod.Post, address);
        if (sender is HttpClient http)
        {
            request.Version = http.DefaultRequestVersion;
            request.VersionPolicy = http.DefaultVersionPolicy;
        }

        if (body is { } content)
        {
            request.Content = new ReadOnlyMemoryContent(content);
            request.Content.Headers.ContentType = Json;
        }

        var headers = request.Headers;
        headers.TryAddWithoutValidation(HttpHeaderNames.ApiKey, apiKey);
        headers.TryAddWithoutValidation("User-Agent", UserAgent);
        headers.TryAddWithoutValidation("Accept", "application/json");

        // Protocol, IDEMPOTENCY: the header is optional, and one that differed from the body would be an error.
        if (idempotencyKey is not null && CanStandInHeader(idempotencyKey))
        {
            headers.TryAddWithoutValidation(HttpHeaderNames.IdempotencyKey, idempotencyKey);
        }

        AddTrace(headers);
        return request;
    }

    /// <summary>
    /// Protocol, CORRELATION AND TRACING. HttpClient's own propagation adds no second traceparent where there is one,
    /// and a handler without propagation still sends this one.
    /// </summary>
    private static void AddTrace(HttpRequestHeaders headers)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: { } parent } activity)
        {
            return;
        }

        headers.TryAddWithoutValidation(HttpHeaderNames.TraceParent, parent);
        headers.TryAddWithoutValidation(HttpHeaderNames.TraceId, activity.TraceId.ToHexString());
    }

    /// <summary>A key may be any text; a header may not, and blanks at its ends would get lost.</summary>
    private static bool CanStandInHeader(string key) =>
        key.Length > 0 && key[0] != ' ' && key[^1] != ' ' && !key.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static string Version() =>
        typeof(HttpRequests)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "0";
}
