namespace Cycles.Authority.Tests;

/// <summary>How long a key is remembered; a key that comes again after that is a new request.</summary>
public sealed class LifetimeTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly Action<EmbeddedAuthorityOptions> AsOverHttp = options =>
    {
        options.SettlementReplayLifetime = TimeSpan.FromDays(30);
        options.EventReplayLifetime = TimeSpan.FromDays(7);
        options.MaxFinishedRecords = null;
    };

    [Test]
    public async Task The_key_of_a_reserve_is_remembered_for_a_day()
    {
        var world = new RetentionWorld(AsOverHttp);
        var first = await world.FinishAsync("key");

        world.Clock.Advance(Day - Moment);
        Assert.That(await world.HoldAsync("key"), Is.EqualTo(first));

        world.Clock.Advance(Moment);
        Assert.That(await world.HoldAsync("key"), Is.Not.EqualTo(first));
        Assert.That(await world.SpentAsync(), Is.EqualTo(10));
    }

    [Test]
    public async Task The_key_of_a_reserve_is_remembered_while_its_reservation_lives_and_no_longer()
    {
        var world = new RetentionWorld();
        var first = await world.HoldAsync("key");
        await world.Acme.ExtendReservationAsync(
            first,
            new ReservationExtendRequest { IdempotencyKey = "e", ExtendByMs = 86_400_000 }
        );

        world.Clock.Advance(Day + TimeSpan.FromSeconds(30));
        var replay = await world.Acme.CreateReservationAsync(RetentionWorld.Reserve("key"));
        Assert.That(replay.Value!.ReservationId, Is.EqualTo(first));

        await world.Acme.CommitReservationAsync(first, RetentionWorld.Commit());
        Assert.That(await world.HoldAsync("key"), Is.Not.EqualTo(first));
    }

    [Test]
    public async Task A_reservation_stays_findable_by_its_key_as_long_as_it_is_listed()
    {
        var world = new RetentionWorld(AsOverHttp);
        var first = await world.FinishAsync("key");
        world.Clock.Advance(2 * Day);

        Assert.That(await FindAsync(), Is.EqualTo([first]));
        var second = await world.HoldAsync("key");
        Assert.That(await FindAsync(), Is.EqualTo([second, first]));
        Assert.That(await world.HoldAsync("key"), Is.EqualTo(second), "the newer one is what the key means");

        async Task<IEnumerable<string>> FindAsync() =>
            (
                await world.Acme.ListReservationsAsync(new ReservationListQuery { IdempotencyKey = "key" })
            ).Value!.Reservations.Select(row => row.ReservationId);
    }

    [Test]
    public async Task The_newer_reservation_of_a_key_is_found_among_many_others()
    {
        var world = new RetentionWorld(AsOverHttp);
        await world.FinishAsync("key");
        world.Clock.Advance(2 * Day);
        var second = await world.FinishAsync("key");
        for (var i = 0; i < 200; i++)
        {
            await world.FinishAsync();
            Assert.That(await world.HoldAsync("key"), Is.EqualTo(second));
        }
    }

    [TestCase(false, 1)]
    [TestCase(true, 30)]
    public async Task A_commit_is_remembered_for_its_lifetime_after_it_and_its_reservation_with_it(bool http, int days)
    {
        var world = new RetentionWorld(http ? AsOverHttp : null);
        var id = await world.HoldAsync();
        world.Clock.Advance(TimeSpan.FromSeconds(30));
        await world.Acme.CommitReservationAsync(id, RetentionWorld.Commit());

        world.Clock.Advance((days * Day) - Moment);
        var replay = await world.Acme.CommitReservationAsync(id, RetentionWorld.Commit());
        Assert.That(replay.Status, Is.EqualTo(200));

        world.Clock.Advance(Moment);
        var late = await world.Acme.CommitReservationAsync(id, RetentionWorld.Commit());
        using (Assert.EnterMultipleScope())
        {
            Assert.That((late.Status, late.Error!.Code), Is.EqualTo((404, ErrorCode.NotFound)));
            Assert.That((await world.Acme.GetReservationAsync(id)).Status, Is.EqualTo(404));
            Assert.That(world.Authority.FinishedRecords, Is.Zero);
            Assert.That(world.Authority.EvictedRecords, Is.Zero, "its time was over");
            Assert.That(await world.SpentAsync(), Is.EqualTo(10));
        }
    }

    [TestCase(false, 1)]
    [TestCase(true, 7)]
    public async Task An_event_is_remembered_for_its_lifetime(bool http, int days)
    {
        var world = new RetentionWorld(http ? AsOverHttp : null);
        await world.Acme.CreateEventAsync(RetentionWorld.Event("key"));

        world.Clock.Advance((days * Day) - Moment);
        await world.Acme.CreateEventAsync(RetentionWorld.Event("key"));
        Assert.That(await world.SpentAsync(), Is.EqualTo(10));

        world.Clock.Advance(Moment);
        await world.Acme.CreateEventAsync(RetentionWorld.Event("key"));
        Assert.That(await world.SpentAsync(), Is.EqualTo(20));
    }

    [Test]
    public async Task An_opinion_is_remembered_for_a_day()
    {
        var world = new RetentionWorld(AsOverHttp);
        var dryRun = RetentionWorld.Reserve("key") with { DryRun = true };
        var question = new DecisionRequest
        {
            IdempotencyKey = "key",
            Subject = dryRun.Subject,
            Action = dryRun.Action,
            Estimate = dryRun.Estimate,
        };
        await world.Acme.CreateReservationAsync(dryRun);
        await world.Acme.DecideAsync(question);
        world.Authority.Administer("acme").Freeze("tenant:acme", AmountUnit.Tokens);

        world.Clock.Advance(Day - Moment);
        Assert.That((await AskAsync(), await DryRunAsync()), Is.EqualTo((Decision.Allow, Decision.Allow)));
        world.Clock.Advance(Moment);
        Assert.That((await AskAsync(), await DryRunAsync()), Is.EqualTo((Decision.Deny, Decision.Deny)));

        async Task<Decision> AskAsync() => (await world.Acme.DecideAsync(question)).Value!.Decision;
        async Task<Decision> DryRunAsync() => (await world.Acme.CreateReservationAsync(dryRun)).Value!.Decision;
    }

    [Test]
    public async Task Nothing_is_left_of_an_idle_tenant_after_a_sweep()
    {
        var world = new RetentionWorld();
        for (var i = 0; i < 1_100; i++)
        {
            await world.HoldAsync();
        }

        await world.FinishAsync();
        await world.Acme.CreateEventAsync(RetentionWorld.Event("event"));
        world.Authority.Administer("acme").Credit("tenant:acme", Amount.Tokens(1), "credit");
        var budget = world.Authority.SpaceByNumber(0)!.Budgets.Find("tenant:acme", AmountUnit.Tokens)!;

        world.Clock.Advance(TimeSpan.FromHours(2));
        world.Authority.Sweep();
        Assert.That(world.Authority.FinishedRecords, Is.EqualTo(1_102), "the holds have expired");

        world.Clock.Advance(Day);
        world.Authority.Sweep();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Authority.FinishedRecords, Is.Zero);
            Assert.That(budget.Funding.OldestAt, Is.EqualTo(long.MaxValue));
        }
    }

    [Test]
    public async Task A_step_of_the_wall_clock_neither_ends_a_hold_nor_keeps_it([Values(-60, 60)] int minutes)
    {
        var clock = new SteppingClock();
        var authority = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = clock });
        authority.Administer("acme").Budget("tenant:acme", Amount.Tokens(10));
        var acme = authority.ForTenant("acme");
        var held = await acme.CreateReservationAsync(RetentionWorld.Reserve(ttlMs: 60_000));
        var id = held.Value!.ReservationId!;

        clock.Step += TimeSpan.FromMinutes(minutes);
        clock.Passed += TimeSpan.FromSeconds(30);
        Assert.That((await acme.GetReservationAsync(id)).Value?.Status, Is.EqualTo(ReservationStatus.Active));

        clock.Passed += TimeSpan.FromSeconds(36);
        Assert.That((await acme.GetReservationAsync(id)).Status, Is.EqualTo(410));
    }

    [Test]
    public async Task Records_of_a_tenant_that_nobody_uses_go_with_the_use_of_another()
    {
        var world = new RetentionWorld();
        world.Administer("umbrella");
        await world.FinishAsync();
        await world.HoldAsync(ttlMs: 1_000);

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.HoldAsync(tenant: "umbrella", ttlMs: 1_000);
        Assert.That(world.Authority.FinishedRecords, Is.EqualTo(2), "acme's hold expired unasked");

        world.Clock.Advance(TimeSpan.FromDays(2));
        await world.HoldAsync(tenant: "umbrella", ttlMs: 1_000);
        world.Clock.Advance(TimeSpan.FromSeconds(2));
        await world.Authority.ForTenant("umbrella").GetReservationAsync("rsv_unknown");
        Assert.That(world.Authority.FinishedRecords, Is.EqualTo(1), "only umbrella's own is left");
    }

    /// <summary>A wall clock that is put right now and then, over time that passes as ever.</summary>
    private sealed class SteppingClock : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public TimeSpan Step { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() =>
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + Passed + Step;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
