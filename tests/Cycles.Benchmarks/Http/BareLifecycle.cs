using System.Net.Http.Headers;
using System.Text;

namespace Cycles.Benchmarks;

/// <summary>
/// Reserve and commit as two POSTs of bytes that are there already; of the answers only the id is looked for, and the
/// caller may read the rest.
/// </summary>
internal sealed class BareLifecycle
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http;
    private readonly string _root;
    private readonly Uri _reservations;

    public BareLifecycle(HttpClient http, Uri address, string path = "")
    {
        _http = http;
        _root = $"{address.GetLeftPart(UriPartial.Authority)}{path}/v1/reservations";
        _reservations = new Uri(_root);
    }

    public static HttpClient NewClient()
    {
        var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Cycles-API-Key", HttpHost.ApiKey);
        http.DefaultRequestHeaders.Add("User-Agent", $"cycles-client-dotnet/1.0.0 (.NET {Environment.Version})");
        http.DefaultRequestHeaders.Add("Accept", "application/json");
        return http;
    }

    /// <param name="create">The body of the reserve.</param>
    /// <param name="commit">The body of the commit.</param>
    /// <param name="key">The key of both, for the header that may repeat it; null for no header.</param>
    /// <returns>The two answers.</returns>
    public async Task<(byte[] Held, byte[] Committed)> RunAsync(byte[] create, byte[] commit, string? key = null)
    {
        var held = await PostAsync(_reservations, create, key);
        return (held, await PostAsync(new Uri($"{_root}/{IdIn(held)}/commit"), commit, key));
    }

    private async Task<byte[]> PostAsync(Uri address, byte[] body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Idempotency-Key", key);
        }

        using var response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    private static string IdIn(ReadOnlySpan<byte> answer)
    {
        var name = "\"reservation_id\":\""u8;
        var start = answer.IndexOf(name);
        var rest = answer[(start + name.Length)..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'"')]);
    }
}
