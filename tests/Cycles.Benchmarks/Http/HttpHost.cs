using Cycles.Authority;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cycles.Benchmarks;

/// <summary>
/// The host in a process of its own: the authority, and beside it in the same Kestrel one that only drains the body and
/// answers the same headers and bytes of the same size. Prints its address, and ends with its standard input.
/// </summary>
internal static class HttpHost
{
    public const string ApiKey = "cyc_benchmark";

    /// <summary>Where the canned answers are.</summary>
    public const string Canned = "/canned";

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();

        var authority = Ledgers.OpenAll();
        var (held, committed) = await AnswersAsync(Ledgers.Open());
        app.Use(next => http => http.Request.Path.StartsWithSegments(Canned) ? AnswerAsync(http) : next(http));
        app.UseRouting();
        app.MapCyclesAuthority(authority, endpoints => endpoints.ApiKeys.Add(ApiKey, "acme"));

        await app.StartAsync();
        await Console.Out.WriteLineAsync(app.Urls.First());
        await Console.In.ReadToEndAsync();
        return 0;

        Task AnswerAsync(HttpContext http) =>
            DrainAndAnswerAsync(
                http,
                http.Request.Path.Value!.EndsWith("/commit", StringComparison.Ordinal) ? committed : held
            );
    }

    private static async Task DrainAndAnswerAsync(HttpContext http, byte[] answer)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync();
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        var headers = http.Response.Headers;
        headers["X-Request-Id"] = "req_000000000000_10000";
        headers["X-Cycles-Trace-Id"] = "00000000000000000000000000000001";
        headers["X-Cycles-Tenant"] = "acme";
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = answer.Length;
        await http.Response.BodyWriter.WriteAsync(answer);
    }

    /// <summary>What the authority answers to the very requests that the benchmark sends.</summary>
    private static async Task<(byte[] Held, byte[] Committed)> AnswersAsync(ICyclesAuthority authority)
    {
        var held = await authority.CreateReservationAsync(HttpRequestBytes.NewCreate(HttpRequestBytes.Key(0)));
        var committed = await authority.CommitReservationAsync(
            held.Value!.ReservationId!,
            HttpRequestBytes.NewCommit(HttpRequestBytes.Key(0))
        );
        return (
            HttpRequestBytes.Of(held.Value, CyclesJsonContext.Default.ReservationCreateResponse),
            HttpRequestBytes.Of(committed.Value!, CyclesJsonContext.Default.CommitResponse)
        );
    }
}
