using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cycles.Client.Tests;

/// <summary>A server on the loopback that answers as told, keeps what it was sent, and checks each request's form.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<WireRequest> _requests = new();

    private ScriptedServer(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.Single());

    public IReadOnlyList<WireRequest> Requests => [.. _requests];

    public WireRequest Request => _requests.Single();

    /// <summary>What every request gets, until changed.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = Answers.Valid;

    public static async Task<ScriptedServer> StartAsync(Func<HttpContext, Task>? answer = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ScriptedServer(app);
        server.Answer = answer ?? server.Answer;
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Assert.That(Requests.Select(WireCheck.Problem), Is.All.Null, "every request is as the protocol has it");
    }

    private async Task HandleAsync(HttpContext context)
    {
        _requests.Enqueue(await WireWatch.ReceiveAsync(context));
        await Answer(context);
    }
}
