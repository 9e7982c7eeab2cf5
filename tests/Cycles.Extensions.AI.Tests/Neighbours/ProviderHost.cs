using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI.Tests.Neighbours;

/// <summary>A provider's API on a loopback port: answers what it is told to, and keeps what it was asked.</summary>
public sealed class ProviderHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _breaks = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProviderHost()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Url => new(_app.Urls.Single());

    /// <summary>The bodies of the requests.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Writes the answer to a request.</summary>
    public Func<HttpResponse, Task> Answer { get; set; } = _ => Task.CompletedTask;

    public static async Task<ProviderHost> StartAsync()
    {
        var host = new ProviderHost();
        await host._app.StartAsync();
        return host;
    }

    /// <summary>Answers with one JSON document.</summary>
    public void Answers(string json) =>
        Answer = response =>
        {
            response.ContentType = "application/json";
            return response.WriteAsync(json);
        };

    /// <summary>
    /// Answers with server-sent events; if told so, stays connected behind them until <see cref="Break"/>. A connection
    /// that is cut at once takes with it what its reader has not read.
    /// </summary>
    public void Streams(IReadOnlyList<string> events, bool breaks = false) =>
        Answer = async response =>
        {
            response.ContentType = "text/event-stream";
            foreach (var sent in events)
            {
                await response.WriteAsync(sent + "\n\n");
                await response.Body.FlushAsync();
            }

            if (breaks)
            {
                await _breaks.Task;
                response.HttpContext.Abort();
            }
        };

    /// <summary>Cuts the connection.</summary>
    public void Break() => _breaks.TrySetResult();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        Asked.Enqueue(await reader.ReadToEndAsync());
        await Answer(context.Response);
    }
}
