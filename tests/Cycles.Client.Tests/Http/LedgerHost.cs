using System.Collections.Concurrent;
using Cycles.Authority;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Client.Tests;

/// <summary>A real ledger behind a real Kestrel, whose answers can be spoilt, after it did its part or instead.</summary>
internal sealed class LedgerHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<Operation, int> _reached = new();
    private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EmbeddedAuthority _authority;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 4, 12, 12, 0, 0, TimeSpan.Zero));
    private readonly WireWatch _watch = new();
    private (Operation Operation, LedgerFault Fault)? _armed;

    private LedgerHost(IEnumerable<string> tenants)
    {
        _authority = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = _clock });
        _authority.Administer("acme").Budget("tenant:acme", Amount.Tokens(10_000));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Use(HandleAsync);
        _app.MapCyclesAuthority(
            _authority,
            endpoints =>
            {
                endpoints.ApiKeys.Add(Seam.Key, "acme");
                foreach (var tenant in tenants)
                {
                    _authority.Administer(tenant).Budget($"tenant:{tenant}", Amount.Tokens(1_000));
                    endpoints.ApiKeys.Add(KeyOf(tenant), tenant);
                }
            }
        );
    }

    public Uri Url => new(_app.Urls.Single());

    /// <summary>Completes when the fault has happened.</summary>
    public Task WhenMet => _met.Task;

    /// <param name="tenants">Those that there are besides acme, each with 1,000 tokens and a key of its own.</param>
    public static async Task<LedgerHost> StartAsync(params IEnumerable<string> tenants)
    {
        var host = new LedgerHost(tenants);
        await host._app.StartAsync();
        return host;
    }

    public static string KeyOf(string tenant) => $"cyc_{tenant}";

    /// <summary>Spoils the next answer to an operation.</summary>
    public void Arm(Operation operation, LedgerFault fault) => _armed = (operation, fault);

    /// <summary>How many requests of an operation came as far as the ledger.</summary>
    public int Reached(Operation operation) => _reached.GetValueOrDefault(operation);

    /// <summary>Lets every hold that is out expire.</summary>
    public void HoldsExpire() => Pass(TimeSpan.FromMinutes(2));

    /// <summary>Lets time pass for the ledger.</summary>
    public void Pass(TimeSpan time) => _clock.Advance(time);

    public async Task<ReservationDetail> ReservationAsync(string id) =>
        (await _authority.ForTenant("acme").GetReservationAsync(id)).Value!;

    public async Task<Balance> BalanceAsync(string tenant = "acme")
    {
        var query = new BalanceQuery { Subject = new Subject { Tenant = tenant } };
        var response = await _authority.ForTenant(tenant).GetBalancesAsync(query);
        return response.Value!.Balances.Single();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Assert.That(_watch.Problems, Is.Empty, "every request and answer is as the protocol has it");
    }

    private async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var request = await _watch.ReadAsync(context);
        var operation = OperationOf(request);
        if (_armed is not { } armed || armed.Operation != operation)
        {
            await ReachAsync(context, request, operation, next);
            return;
        }

        _armed = null;
        if (armed.Fault.Applied)
        {
            await ApplyAsync(context, request, operation, next);
        }

        _met.TrySetResult();
        await SpoilAsync(context, operation, armed.Fault);
    }

    private Task ReachAsync(HttpContext context, WireRequest request, Operation operation, RequestDelegate next)
    {
        _reached.AddOrUpdate(operation, 1, (_, count) => count + 1);
        return _watch.AnswerAsync(context, request, next);
    }

    /// <summary>The ledger does its part, and nobody hears of it.</summary>
    private async Task ApplyAsync(HttpContext context, WireRequest request, Operation operation, RequestDelegate next)
    {
        var answer = context.Response.Body;
        context.Response.Body = Stream.Null;
        await ReachAsync(context, request, operation, next);
        context.Response.Body = answer;
        if (context.Response.StatusCode is not (200 or 201))
        {
            _met.TrySetException(new InvalidOperationException($"The ledger said {context.Response.StatusCode}."));
        }

        context.Response.Clear();
    }

    private static async Task SpoilAsync(HttpContext context, Operation operation, LedgerFault fault)
    {
        switch (fault.Kind)
        {
            case LedgerFaultKind.ResetAfter:
                context.Abort();
                break;
            case LedgerFaultKind.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case LedgerFaultKind.Truncated:
                context.Response.StatusCode = operation == Operation.Event ? 201 : 200;
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = 500;
                await context.Response.WriteAsync("{\"status\":");
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
            default:
                var answer = fault.Answer!;
                context.Response.StatusCode = answer.StatusOf(operation);
                context.Response.ContentType = answer.ContentType;
                foreach (var (name, value) in answer.Headers)
                {
                    context.Response.Headers.Append(name, value);
                }

                if (answer.Body(operation) is { Length: > 0 } body)
                {
                    await context.Response.Body.WriteAsync(body, context.RequestAborted);
                }

                break;
        }
    }

    private static Operation OperationOf(WireRequest request) =>
        request.Method == "GET"
            ? Operation.Get
            : request.Path.Split('/')[^1] switch
            {
                "decide" => Operation.Decide,
                "reservations" => Operation.Create,
                "commit" => Operation.Commit,
                "release" => Operation.Release,
                "extend" => Operation.Extend,
                _ => Operation.Event,
            };
}
