using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Cycles.Authority.Tests;

/// <summary>Finished records are bounded in number, in all tenants together.</summary>
public sealed class BoundTests
{
    [Test]
    public async Task The_oldest_go_first_and_are_counted()
    {
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 3);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await world.FinishAsync($"key-{i}"));
            world.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Authority.FinishedRecords, Is.EqualTo(3));
            Assert.That(world.Authority.EvictedRecords, Is.EqualTo(2));
            Assert.That(await world.IsKnownAsync(ids[0]), Is.False);
            Assert.That(await world.IsKnownAsync(ids[1]), Is.False);
            Assert.That(await world.IsKnownAsync(ids[2]), Is.True);
            Assert.That(await world.HoldAsync("key-0"), Is.Not.EqualTo(ids[0]), "its key went with it");
            Assert.That(await world.SpentAsync(), Is.EqualTo(50), "what was charged stays charged");
        }
    }

    [Test]
    public async Task The_oldest_go_first_across_tenants_and_kinds_of_records()
    {
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 4);
        world.Administer("umbrella");
        var oldest = await world.FinishAsync(tenant: "umbrella");
        Tick();
        await world.Acme.CreateEventAsync(RetentionWorld.Event("event"));
        Tick();
        var middle = await world.FinishAsync(tenant: "umbrella");
        Tick();
        await world.Acme.CreateReservationAsync(RetentionWorld.Reserve("dry") with { DryRun = true });
        Tick();

        await world.FinishAsync();
        Tick();
        Assert.That(await world.IsKnownAsync(oldest, "umbrella"), Is.False);

        await world.FinishAsync();
        await world.Acme.CreateEventAsync(RetentionWorld.Event("event"));
        using (Assert.EnterMultipleScope())
        {
            // The event was forgotten before the second reservation; its repeat then pushed that one out.
            Assert.That(await world.SpentAsync(), Is.EqualTo(40));
            Assert.That(await world.IsKnownAsync(middle, "umbrella"), Is.False);
            Assert.That(world.Authority.FinishedRecords, Is.EqualTo(4));
            Assert.That(world.Authority.EvictedRecords, Is.EqualTo(3));
        }

        void Tick() => world.Clock.Advance(TimeSpan.FromMilliseconds(1));
    }

    [Test]
    public async Task Many_that_end_at_once_push_out_the_oldest_of_all_tenants()
    {
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 20);
        world.Administer("umbrella");
        var old = await world.FinishAsync();
        world.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var foreign = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            foreign.Add(await world.FinishAsync(tenant: "umbrella"));
        }

        world.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var recent = await world.FinishAsync();
        for (var i = 0; i < 18; i++)
        {
            await world.HoldAsync(ttlMs: 1_000);
        }

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        world.Authority.Sweep();

        // 30 records in all: the old one and nine of the other tenant's are older than the recent one.
        var kept = 0;
        foreach (var id in foreign)
        {
            kept += await world.IsKnownAsync(id, "umbrella") ? 1 : 0;
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await world.IsKnownAsync(old), Is.False);
            Assert.That(await world.IsKnownAsync(recent), Is.True);
            Assert.That(kept, Is.EqualTo(1));
            Assert.That(world.Authority.FinishedRecords, Is.EqualTo(20));
        }
    }

    [Test]
    public async Task A_large_bound_is_never_passed_and_hardly_undercut()
    {
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 5_000);
        for (var i = 0; i < 6_000; i++)
        {
            await world.FinishAsync();
            Assert.That(world.Authority.FinishedRecords, Is.LessThanOrEqualTo(5_000));
        }

        Assert.That(world.Authority.FinishedRecords, Is.GreaterThan(4_990));
        Assert.That(world.Authority.FinishedRecords + world.Authority.EvictedRecords, Is.EqualTo(6_000));
    }

    [Test]
    public async Task Active_reservations_are_never_forgotten()
    {
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 1);
        var held = await world.HoldAsync("key");
        for (var i = 0; i < 10; i++)
        {
            await world.FinishAsync();
        }

        Assert.That(await world.HoldAsync("key"), Is.EqualTo(held));
    }

    [Test]
    public async Task The_bound_is_logged_once()
    {
        var log = new FakeLogCollector();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(new FakeLoggerProvider(log)));
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 2, logging);
        await world.FinishAsync();
        await world.FinishAsync();
        Assert.That(log.Count, Is.Zero);

        for (var i = 0; i < 5; i++)
        {
            await world.FinishAsync();
        }

        var record = log.GetSnapshot().Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(record.Level, Is.EqualTo(LogLevel.Warning));
            Assert.That(record.Message, Does.Contain("keeps 2 finished records").And.Contain("MaxFinishedRecords"));
        }
    }

    [Test]
    public async Task Records_whose_time_is_over_do_not_count_as_evicted_and_are_not_logged()
    {
        var log = new FakeLogCollector();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(new FakeLoggerProvider(log)));
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 2, logging);
        for (var i = 0; i < 10; i++)
        {
            await world.FinishAsync();
            world.Clock.Advance(TimeSpan.FromHours(13));
        }

        Assert.That((world.Authority.EvictedRecords, log.Count), Is.EqualTo((0L, 0)));
    }

    [Test]
    public async Task Without_a_bound_all_are_kept()
    {
        var world = new RetentionWorld(options => options.MaxFinishedRecords = null);
        for (var i = 0; i < 1_000; i++)
        {
            await world.FinishAsync();
        }

        Assert.That(world.Authority.FinishedRecords, Is.EqualTo(1_000));
    }

    [Test]
    public void Options_out_of_range_are_refused_by_name()
    {
        using (Assert.EnterMultipleScope())
        {
            Refused(options => options.MaxFinishedRecords = 0, nameof(EmbeddedAuthorityOptions.MaxFinishedRecords));
            Refused(
                options => options.ReserveReplayLifetime = TimeSpan.Zero,
                nameof(EmbeddedAuthorityOptions.ReserveReplayLifetime)
            );
            Refused(
                options => options.SettlementReplayLifetime = TimeSpan.FromTicks(-1),
                nameof(EmbeddedAuthorityOptions.SettlementReplayLifetime)
            );
            Refused(
                options => options.EventReplayLifetime = TimeSpan.Zero,
                nameof(EmbeddedAuthorityOptions.EventReplayLifetime)
            );
            Refused(options => options.TimeProvider = null!, nameof(EmbeddedAuthorityOptions.TimeProvider));
        }

        static void Refused(Action<EmbeddedAuthorityOptions> spoil, string name)
        {
            var options = new EmbeddedAuthorityOptions();
            spoil(options);
            Assert.That(
                () => new EmbeddedAuthority(options),
                Throws.InstanceOf<ArgumentException>().With.Property("ParamName").EqualTo(name)
            );
        }
    }

    [Test]
    public async Task What_lives_long_among_forgotten_ones_is_repeated_and_settled_to_the_letter()
    {
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 10);
        var live = new List<(string Key, ReservationCreateResponse Held)>();
        for (var i = 0; i < 3_000; i++)
        {
            if (i % 100 != 0)
            {
                await world.FinishAsync();
                continue;
            }

            var key = $"live-{i}";
            var held = await world.Acme.CreateReservationAsync(RetentionWorld.Reserve(key));
            live.Add((key, held.Value!));
        }

        foreach (var (key, held) in live)
        {
            var again = (await world.Acme.CreateReservationAsync(RetentionWorld.Reserve(key))).Value!;
            Assert.That(again.ReservationId, Is.EqualTo(held.ReservationId));
            Assert.That(again.Balances, Is.EqualTo(held.Balances));
        }

        var page = await world.Acme.ListReservationsAsync(new() { Status = ReservationStatus.Active });
        Assert.That(
            page.Value!.Reservations.Select(row => row.ReservationId),
            Is.EqualTo(live.Select(entry => entry.Held.ReservationId).Reverse())
        );
        foreach (var (_, held) in live)
        {
            Assert.That(
                (await world.Acme.CommitReservationAsync(held.ReservationId!, RetentionWorld.Commit())).Status,
                Is.EqualTo(200)
            );
        }

        Assert.That(await world.SpentAsync(), Is.EqualTo(30_000));
    }
}
