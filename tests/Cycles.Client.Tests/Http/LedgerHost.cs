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
    private (Operation Operation, LedgerFault Fault)? _armed;

    private LedgerHost()
    {
        _authority = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = _clock });
        _authority.Administer("acme").Budget("tenant:acme", Amount.Tokens(10_000));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Use(HandleAsync);
        _app.MapCyclesAuthority(_authority, endpoints => endpoints.ApiKeys.Add(Seam.Key, "acme"));
    }

    public Uri Url => new(_app.Urls.Single());

    /// <summary>Completes when the fault has happened.</summary>
    public Task WhenMet => _met.Task;

    public static async Task<LedgerHost> StartAsync()
    {
        var host = new LedgerHost();
        await host._app.StartAsync();
        return host;
    }

    /// <summary>Spoils the next answer to an operation.</summary>
    public void Arm(Operation operation, LedgerFault fault) => _armed = (operation, fault);

    /// <summary>How many requests of an operation came as far as the ledger.</summary>
    public int Reached(Operation operation) => _reached.GetValueOrDefault(operation);

    /// <summary>Lets every hold that is out expire.</summary>
    public void HoldsExpire() => Pass(TimeSpan.FromMinutes(2));

    /// <summary>Lets time pass for the ledger.</summary>
    public void Pass(TimeSpan time) => _clock.Advance(time);

    public async Task<Balance> BalanceAsync()
    {
        var query = new BalanceQuery { Subject = new Subject { Tenant = "acme" } };
        var response = await _authority.ForTenant("acme").GetBalancesAsync(query);
        return response.Value!.Balances.Single();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var operation = OperationOf(context.Request.Path.Value!);
        if (_armed is not { } armed || armed.Operation != operation)
        {
            await ReachAsync(context, operation, next);
            return;
        }

        _armed = null;
        if (armed.Fault.Applied)
        {
            await ApplyAsync(context, operation, next);
        }
        else
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
        }

        _met.TrySetResult();
        await SpoilAsync(context, operation, armed.Fault);
    }

    private Task ReachAsync(HttpContext context, Operation operation, RequestDelegate next)
    {
        _reached.AddOrUpdate(operation, 1, (_, count) => count + 1);
        return next(context);
    }

    /// <summary>The ledger does its part, and nobody hears of it.</summary>
    private async Task ApplyAsync(HttpContext context, Operation operation, RequestDelegate next)
    {
        var answer = context.Response.Body;
        context.Response.Body = Stream.Null;
        await ReachAsync(context, operation, next);
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

    private static Operation OperationOf(string path) =>
        path.EndsWith("/reservations", StringComparison.Ordinal) ? Operation.Create
        : path.EndsWith("/commit", StringComparison.Ordinal) ? Operation.Commit
        : path.EndsWith("/release", StringComparison.Ordinal) ? Operation.Release
        : path.EndsWith("/extend", StringComparison.Ordinal) ? Operation.Extend
        : path.EndsWith("/events", StringComparison.Ordinal) ? Operation.Event
        : Operation.Get;
}
