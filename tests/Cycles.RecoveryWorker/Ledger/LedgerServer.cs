using System.Collections.Concurrent;
using Cycles.Authority;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.RecoveryWorker;

/// <summary>
/// The real ledger behind a real Kestrel on the loopback, with a clock of its own. It keeps what it was sent, and
/// something may interfere with its answers.
/// </summary>
internal sealed class LedgerServer : IAsyncDisposable
{
    public const string ApiKey = "cyc_test_secret";
    public const string Tenant = "acme";

    /// <summary>Answers once a request that is held was read.</summary>
    public const string HeldPath = "/held";

    private const long Budget = 1_000_000_000_000;

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 4, 12, 12, 0, 0, TimeSpan.Zero));
    private readonly EmbeddedAuthority _authority;
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<LedgerRequest> _requests = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private volatile TaskCompletionSource _held = NewHold();
    private volatile Func<LedgerRequest, Interference?> _interference = static _ => null;

    private LedgerServer()
    {
        _authority = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = _clock });
        _authority.Administer(Tenant).Budget($"tenant:{Tenant}", Amount.Tokens(Budget));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Use(HandleAsync);
        CyclesApiKeys? keys = null;
        _app.MapCyclesAuthority(_authority, endpoints => keys = endpoints.ApiKeys);
        Keys = keys!;
        KeyId = Keys.Add(ApiKey, Tenant);
    }

    public Uri Url => new(_app.Urls.Single());

    public CyclesApiKeys Keys { get; }

    /// <summary>What <see cref="ApiKey"/> is called where it is revoked.</summary>
    public string KeyId { get; }

    /// <summary>All that would change anything, in the order in which it came.</summary>
    public IReadOnlyList<LedgerRequest> Requests => [.. _requests];

    public static async Task<LedgerServer> StartAsync()
    {
        var server = new LedgerServer();
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Something happens to the requests that something is decided for; nothing does to all others.</summary>
    public void Interfere(Func<LedgerRequest, Interference?> interference) => _interference = interference;

    /// <summary>It happens to the next request of an operation, and to no other.</summary>
    public void InterfereOnce(string operation, Interference interference, string? reservationId = null)
    {
        var left = 1;
        Interfere(request =>
            request.Operation == operation
            && (reservationId is null || request.Settles(reservationId))
            && Interlocked.Exchange(ref left, 0) == 1
                ? interference
                : null
        );
    }

    /// <summary>Reads a request and never answers; <see cref="HeldPath"/> answers once it was read.</summary>
    public Interference Hold(Application application)
    {
        var held = _held = NewHold();
        return Interferences.Hold(application, held.SetResult);
    }

    /// <summary>Lets every hold that is out expire, and its grace period too.</summary>
    public void HoldsExpire() => _clock.Advance(TimeSpan.FromMinutes(15));

    public async Task<Balance> BalanceAsync()
    {
        var query = new BalanceQuery { Subject = new Subject { Tenant = Tenant } };
        return (await _authority.ForTenant(Tenant).GetBalancesAsync(query)).Value!.Balances.Single();
    }

    public async Task<ReservationDetail> ReservationAsync(string id) =>
        (await _authority.ForTenant(Tenant).GetReservationAsync(id)).Value!;

    /// <summary>Completes when nothing runs of what is running now: what is applied late is applied.</summary>
    public Task WhenQuietAsync() => Task.WhenAll(_running.Keys);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static TaskCompletionSource NewHold() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value!;
        if (path == HeldPath)
        {
            await _held.Task;
            return;
        }

        var answering = AnswerAsync(context, path, () => next(context));
        _running[answering] = true;
        try
        {
            await answering;
        }
        finally
        {
            _running.TryRemove(answering, out _);
        }
    }

    private async Task AnswerAsync(HttpContext context, string path, Func<Task> apply)
    {
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

        await (_interference(request) is { } interference ? interference(context, apply) : apply());
    }
}
