using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Cycles.Authority;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Cycles.Client.Tests;

/// <summary>What operators see of unsettled amounts, and what a host does for them.</summary>
public sealed class OperatorTests : JournalFixture
{
    [Test]
    public async Task Health_fails_when_an_amount_is_unsettled_for_too_long_and_recovers()
    {
        Spends(70);
        Authority.Always(Operation.Commit, Fault.LostBefore);
        var client = Start(options => options.MaxPendingAge = TimeSpan.FromMinutes(1));
        Assert.That(await StatusAsync(client), Is.EqualTo(HealthStatus.Healthy));
        await CommitAsync(client, 70);
        Pass(TimeSpan.FromMinutes(1));
        Assert.That(await StatusAsync(client), Is.EqualTo(HealthStatus.Healthy), "not yet");
        Pass(TimeSpan.FromSeconds(1));
        Assert.That(await StatusAsync(client), Is.EqualTo(HealthStatus.Unhealthy));
        Authority.Always(Operation.Commit, Fault.None);
        await client.FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(await StatusAsync(client), Is.EqualTo(HealthStatus.Healthy));
    }

    [Test]
    public async Task Health_counts_from_when_the_amount_became_known_also_in_another_process()
    {
        Spends(70);
        Authority.Always(Operation.Commit, Fault.Refused(401));
        var first = Start();
        await CommitAsync(first, 70);
        Kill(first);
        Clock.Advance(TimeSpan.FromMinutes(6));
        var second = Start();
        await EventuallyAsync(() => second.PendingSettlements.Count == 1, "the record was found");
        var result = await CheckAsync(second);
        Assert.Multiple(() =>
        {
            Assert.That(result.Status, Is.EqualTo(HealthStatus.Unhealthy));
            Assert.That(result.Data["pending"], Is.EqualTo(1));
            Assert.That(result.Data["oldest_pending_seconds"], Is.EqualTo(360.0).Within(1));
        });
        Authority.Always(Operation.Commit, Fault.None);
        await second.FlushAsync(Timeout.InfiniteTimeSpan);
    }

    [Test]
    public async Task A_registered_check_is_one_line()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddEmbeddedCycles("acme", acme => acme.Budget("tenant:acme", Tokens(1)));
        services.AddCyclesClient();
        services.AddHealthChecks().AddCheck<CyclesHealthCheck>("cycles");
        await using var provider = services.BuildServiceProvider();
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.That(report.Entries["cycles"].Status, Is.EqualTo(HealthStatus.Healthy));
    }

    [Test]
    [NonParallelizable] // The instruments are the process's.
    public async Task Pending_its_age_retries_and_dead_letters_are_measured()
    {
        ConcurrentDictionary<string, double> seen = new(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "Cycles.Client")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value)
        );
        listener.SetMeasurementEventCallback<double>(
            (instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, most) => Math.Max(most, value))
        );
        listener.Start();

        Authority.Next(Operation.Commit, Fault.LostBefore, Fault.LostBefore, Fault.Refused(409, "BUDGET_EXCEEDED"));
        var client = Start();
        await CommitAsync(client, 70);
        Pass(TimeSpan.FromSeconds(1));
        listener.RecordObservableInstruments();
        Pass(TimeSpan.FromSeconds(1));
        HoldsExpire();
        Assert.Multiple(() =>
        {
            Assert.That(seen["cycles.client.settlements.pending"], Is.GreaterThanOrEqualTo(1));
            Assert.That(seen["cycles.client.settlements.oldest_pending.age"], Is.GreaterThanOrEqualTo(1.0));
            Assert.That(seen["cycles.client.settlements.retries"], Is.GreaterThanOrEqualTo(2));
            Assert.That(seen["cycles.client.dead_letters"], Is.GreaterThanOrEqualTo(1));
        });
    }

    [Test]
    public async Task A_host_replays_when_it_starts_and_settles_when_it_stops([Values(null, "eu")] string? name)
    {
        Spends(77);
        Authority.Next(Operation.Commit, Fault.LostBefore);
        var before = Start();
        await CommitAsync(before, 70);
        Kill(before);

        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddKeyedSingleton<ICyclesAuthority>("eu", Authority);
        builder.Services.AddSingleton<ICyclesAuthority>(Authority);
        Action<CyclesClientOptions> configure = options =>
        {
            options.Journal = _ => Journal;
            options.TimeProvider = Clock;
            options.DrainTimeout = TimeSpan.FromHours(1);
        };
        _ = name is null
            ? builder.Services.AddCyclesClient(configure)
            : builder.Services.AddCyclesClient(name, configure);
        using var host = builder.Build();
        await host.StartAsync();
        await EventuallyAsync(() => Kept.Records.Count == 0, "although nobody acted yet");

        Authority.Next(Operation.Commit, Fault.LostBefore);
        var client = host.Services.GetRequiredKeyedService<CyclesClient>(name);
        await CommitAsync(client, 7);
        Assert.That(Kept.Records, Has.Count.EqualTo(1));
        await host.StopAsync();
        Assert.That(Kept.Records, Is.Empty);
    }

    [Test]
    public async Task A_store_in_the_container_gives_the_journal()
    {
        await using var server = await ScriptedServer.StartAsync();
        var services = new ServiceCollection();
        services.AddSingleton(Journal);
        services
            .AddOptions<CyclesClientOptions>()
            .Configure<WatchedJournal>((options, journal) => options.Journal = _ => journal);
        services.AddCyclesClient(options =>
        {
            options.BaseUrl = server.Url;
            options.ApiKey = Seam.Key;
            options.Subject = new() { Tenant = "acme" };
        });
        await using var provider = services.BuildServiceProvider();
        await CommitAsync(provider.GetRequiredService<CyclesClient>(), 7);
        Assert.That((Journal.Writes, Kept.Records.Count), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task A_journal_of_one_tenant_is_refused_for_another()
    {
        await using var client = NewClient(options =>
        {
            options.Journal = _ => Journal;
            options.ApiKeyProvider = (_, _) => new(Seam.Key);
        });
        var refused = Assert.Throws<InvalidOperationException>(() => client.ForTenant("umbrella"));
        Assert.That(refused!.Message, Does.Contain("Journal").And.Contain("umbrella"));
        Assert.That(client.ForTenant("acme"), Is.SameAs(client));
    }

    [Test]
    public void A_journal_that_is_wanted_where_there_is_no_server_is_refused()
    {
        var refused = Assert.Throws<ArgumentException>(() => NewClient(options => options.JournalEnabled = true));
        Assert.That(refused!.Message, Does.Contain("JournalEnabled is true"));
    }

    private static async Task<HealthStatus> StatusAsync(CyclesClient client) => (await CheckAsync(client)).Status;

    private static Task<HealthCheckResult> CheckAsync(CyclesClient client) =>
        new CyclesHealthCheck(client).CheckHealthAsync(new HealthCheckContext());
}
