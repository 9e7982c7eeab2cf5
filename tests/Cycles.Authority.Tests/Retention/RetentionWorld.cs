using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Authority.Tests;

/// <summary>An embedded authority under a clock of its own, with a budget for each of its tenants.</summary>
internal sealed class RetentionWorld
{
    public RetentionWorld(Action<EmbeddedAuthorityOptions>? configure = null, ILoggerFactory? logging = null)
    {
        var options = new EmbeddedAuthorityOptions { TimeProvider = Clock, LoggerFactory = logging };
        configure?.Invoke(options);
        Authority = new EmbeddedAuthority(options);
        Administer("acme");
    }

    public FakeTimeProvider Clock { get; } = new();

    public EmbeddedAuthority Authority { get; }

    public ICyclesAuthority Acme => Authority.ForTenant("acme");

    public TenantAdministration Administer(string tenant) =>
        Authority.Administer(tenant).Budget($"tenant:{tenant}", Amount.Tokens(1_000_000_000));

    public static ReservationCreateRequest Reserve(string? key = null, string tenant = "acme", long? ttlMs = null) =>
        new()
        {
            IdempotencyKey = key ?? Guid.NewGuid().ToString(),
            Subject = new Subject { Tenant = tenant },
            Action = new CyclesAction("llm.completion", "gpt-4o"),
            Estimate = Amount.Tokens(10),
            TtlMs = ttlMs,
        };

    public static CommitRequest Commit(string key = "commit") =>
        new() { IdempotencyKey = key, Actual = Amount.Tokens(10) };

    public static EventCreateRequest Event(string key, string tenant = "acme") =>
        new()
        {
            IdempotencyKey = key,
            Subject = new Subject { Tenant = tenant },
            Action = new CyclesAction("llm.completion", "gpt-4o"),
            Actual = Amount.Tokens(10),
        };

    public async Task<string> HoldAsync(string? key = null, string tenant = "acme", long? ttlMs = null) =>
        (await Authority.ForTenant(tenant).CreateReservationAsync(Reserve(key, tenant, ttlMs))).Value!.ReservationId!;

    /// <summary>Holds and commits; gives the reservation's id.</summary>
    public async Task<string> FinishAsync(string? key = null, string tenant = "acme")
    {
        var id = await HoldAsync(key, tenant);
        var committed = await Authority.ForTenant(tenant).CommitReservationAsync(id, Commit());
        Assert.That(committed.IsSuccess, Is.True, committed.Error?.Message);
        return id;
    }

    public async Task<bool> IsKnownAsync(string id, string tenant = "acme") =>
        (await Authority.ForTenant(tenant).GetReservationAsync(id)).Status != 404;

    public async Task<long> SpentAsync() =>
        (await Acme.GetBalancesAsync(new BalanceQuery { Subject = new Subject { Tenant = "acme" } }))
            .Value!.Balances.Single()
            .Spent!.Value.Value;
}
