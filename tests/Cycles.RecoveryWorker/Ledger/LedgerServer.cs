using System.Collections.Concurrent;
using Cycles.Authority;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.RecoveryWorker;

/// <summary>
/// The real ledger behind a real Kestrel on the loopback, with a clock of its own. It keeps what it was sent, and answers
/// otherwise where it is told to.
/// </summary>
internal sealed class LedgerServer : IAsyncDisposable
{
    public const string ApiKey = "cyc_test_secret";
    public const string Tenant = "acme";
    public const string HeldPath = "/held";

    private const long Budget = 1_000_000_000_000;

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000));
    private readonly EmbeddedAuthority _authority;
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<LedgerRequest> _requests = new();
    private readonly ConcurrentDictionary<Task, bool> _applying = new();
    private volatile TaskCompletionSource _held = NewHold();

    private LedgerServer()
    {
        _authority = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = _clock });
        _authority.Administer(Tenant).Budget($"tenant:{Tenant}", Amount.Tokens(Budget));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Use(HandleAsync);
        _app.MapCyclesAuthority(_authority, endpoints => Keys = endpoints.ApiKeys);
        KeyId = Keys!.Add(ApiKey, Tenant);
    }

    public Uri Url => new(_app.Urls.Single());

    public CyclesApiKeys? Keys { get; private set; }

    /// <summary>What <see cref="ApiKey"/> is called where it is revoked.</summary>
    public string KeyId { get; }

    /// <summary>What came, in order, save questions.</summary>
    public IReadOnlyList<LedgerRequest> Requests => [.. _requests];

    /// <summary>What happens to a request instead of being answered; null where it is answered.</summary>
    public Func<LedgerRequest, Func<HttpContext, Func<Task>, Task>?> Interference { get; set; } = static _ => null;

    public static async Task<LedgerServer> StartAsync()
    {
        var server = new LedgerServer();
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Lets every hold that is out expire, and its grace period too.</summary>
    public void HoldsExpire() => _clock.Advance(TimeSpan.FromMinutes(2));

    public async Task<Balance> BalanceAsync()
    {
        var query = new BalanceQuery { Subject = new Subject { Tenant = Tenant } };
        return (await _authority.ForTenant(Tenant).GetBalancesAsync(query)).Value!.Balances.Single();
    }

    public async Task<ReservationDetail> ReservationAsync(string id) =>
        (await _authority.ForTenant(Tenant).GetReservationAsync(id)).Value!;

    /// <summary>Reads a request and never answers; whoever sent it is told on <see cref="HeldPath"/> that it was read.</summary>
    public Func<HttpContext, Func<Task>, Task> Hold(Application application)
    {
        _held = NewHold();
        return async (context, apply) =>
        {
            var gone = NewHold();
            await using var ending = context.RequestAborted.Register(gone.SetResult);
            if (application == Application.Before)
            {
                await ApplyAsync(context, apply);
            }

            _held.SetResult();
            await gone.Task;
            if (application == Application.After)
            {
                await ApplyAsync(context, apply);
            }
        };
    }

    /// <summary>Cuts the connection, before or after the ledger did its part.</summary>
    public static Func<HttpContext, Func<Task>, Task> Cut(bool applied) =>
        async (context, apply) =>
        {
            if (applied)
            {
                await ApplyAsync(context, apply);
            }

            context.Abort();
        };

    /// <summary>Completes when what was to be applied late is applied.</summary>
    public Task WhenAppliedAsync() => Task.WhenAll(_applying.Keys);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static TaskCompletionSource NewHold() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var handling = AnswerAsync(context, next);
        if (!handling.IsCompleted)
        {
            _applying[handling] = true;
            _ = handling.ContinueWith(
                task => _applying.TryRemove(task, out _),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
        }

        return handling;
    }

    private async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value!;
        if (path == HeldPath)
        {
            await _held.Task;
            return;
        }

        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
        var request = new LedgerRequest(
            LedgerRequest.OperationOf(path),
            path,
            context.Request.Headers["X-Idempotency-Key"],
            context.Request.Headers["X-Cycles-API-Key"],
            await reader.ReadToEndAsync()
        );
        context.Request.Body.Position = 0;
        if (HttpMethods.IsPost(context.Request.Method))
        {
            _requests.Enqueue(request);
        }

        if (Interference(request) is { } interference)
        {
            await interference(context, () => next(context));
        }
        else
        {
            await next(context);
        }
    }

    /// <summary>The ledger does its part, whoever is still there, and nobody hears of it.</summary>
    private static async Task ApplyAsync(HttpContext context, Func<Task> apply)
    {
        var answer = context.Response.Body;
        context.Response.Body = Stream.Null;
        context.RequestAborted = CancellationToken.None;
        await apply();
        context.Response.Body = answer;
    }
}
