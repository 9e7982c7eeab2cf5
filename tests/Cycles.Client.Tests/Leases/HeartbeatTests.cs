using System.Runtime.CompilerServices;
using Cycles.Authority;
using Microsoft.Extensions.Logging;

namespace Cycles.Client.Tests;

/// <summary>Guards that live longer than their TTL, on a real ledger.</summary>
public sealed class HeartbeatTests : ClientFixture
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Test]
    public async Task An_open_guard_outlives_its_ttl_by_as_much_as_the_tenant_allows()
    {
        Spends(70);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));

        // Ten extensions and the first TTL: eleven minutes, the last of them to the end.
        Pass(TimeSpan.FromMinutes(10.9));
        var settlement = await guard.CommitAsync(Tokens(70));

        var beats = Authority.Requests<ReservationExtendRequest>(Operation.Extend);
        Assert.Multiple(() =>
        {
            Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
            Assert.That(settlement.LeaseLost, Is.False);
            Assert.That(beats, Has.Count.EqualTo(10));
            Assert.That(beats.Select(beat => beat.ExtendByMs), Is.All.EqualTo(60_000));
            Assert.That(beats.Select(beat => beat.IdempotencyKey), Is.Unique);
        });
    }

    [Test]
    public async Task Beats_come_when_just_the_reserve_is_left()
    {
#pragma warning disable CYC004 // Its heartbeat is what the test is about; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        Clock.Advance(TimeSpan.FromSeconds(56.999));
        Assert.That(Authority.Count(Operation.Extend), Is.Zero);
        Clock.Advance(TimeSpan.FromSeconds(0.001));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(1));
        Assert.That(guard.ExpiresAt, Is.EqualTo(Clock.Start + TimeSpan.FromMinutes(2)));
        Clock.Advance(TimeSpan.FromSeconds(59.999));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(1));
        Clock.Advance(TimeSpan.FromSeconds(0.001));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(2));
    }

    [Test]
    public async Task The_last_extension_warns_by_name_and_so_do_the_refusal_and_the_loss()
    {
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        Pass(TimeSpan.FromMinutes(9));
        Assert.That(Warnings(), Is.Empty);
        Pass(TimeSpan.FromMinutes(1));
        var last = Warnings().Single();
        Pass(TimeSpan.FromMinutes(1) - TimeSpan.FromMilliseconds(100));
        var stopped = Warnings()[1];
        Pass(TimeSpan.FromMilliseconds(100));
        var lost = Warnings()[2];
        Assert.Multiple(() =>
        {
            Assert.That(last, Does.Contain(guard.ReservationId!).And.Contain("10 of them").And.Contain("63000 ms"));
            Assert.That(
                stopped,
                Does.Contain(guard.ReservationId!)
                    .And.Contain("MAX_EXTENSIONS_EXCEEDED")
                    .And.Contain("3000 ms are left")
            );
            Assert.That(lost, Does.Contain(guard.ReservationId!).And.Contain("RAN_OUT").And.Contain("goes on"));
            Assert.That(Warnings(), Has.Count.EqualTo(3));
        });
        HoldsExpire();
    }

    [Test]
    public async Task A_limit_that_the_options_know_warns_at_its_last_extension()
    {
        Ledger.Administer("acme").CreateTenant(new TenantSettings { MaxExtensions = 3 });
        await using var client = NewClient(options => options.MaxExtensions = 3);
#pragma warning disable CYC004 // Its heartbeat is what the test is about; nothing runs that could cost something.
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        Pass(TimeSpan.FromMinutes(3));
        Assert.That(Warnings().Single(), Does.Contain(guard.ReservationId!).And.Contain("3 of them"));
    }

    [Test]
    public async Task A_lost_answer_is_asked_for_again_with_the_same_key_and_extends_once()
    {
        Spends(70);
        Authority.Next(Operation.Extend, Fault.LostAfter);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        Pass(TimeSpan.FromSeconds(58));

        Assert.Multiple(() =>
        {
            Assert.That(Keys(Operation.Extend), Has.Count.EqualTo(2));
            Assert.That(Keys(Operation.Extend).Distinct().Count(), Is.EqualTo(1));
            Assert.That(guard.ExpiresAt, Is.EqualTo(Clock.Start + TimeSpan.FromMinutes(2)));
            Assert.That(Warnings().Single(), Does.Contain(guard.ReservationId!).And.Contain("750 ms"));
        });
        Pass(TimeSpan.FromMinutes(1));
        Assert.That(Keys(Operation.Extend).Distinct().Count(), Is.EqualTo(2), "the next beat has a key of its own");
        await guard.CommitAsync(Tokens(70));
    }

    [Test]
    public async Task An_authority_that_does_not_answer_is_asked_while_there_is_time_and_the_action_goes_on()
    {
        Spends(70);
        Authority.Always(Operation.Extend, Fault.LostBefore);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        Pass(TimeSpan.FromSeconds(59));

        // At 57 s, 57.75 s, 58 s, where just one attempt and the margin fit, and at once.
        Assert.That(Keys(Operation.Extend), Has.Count.EqualTo(4));
        Assert.That(Keys(Operation.Extend).Distinct().Count(), Is.EqualTo(1));
        Assert.That(Warnings()[^1], Does.Contain(guard.ReservationId!).And.Contain("2000 ms are left"));
        Pass(TimeSpan.FromSeconds(5));

        var settlement = await guard.CommitAsync(Tokens(70));
        Assert.Multiple(() =>
        {
            Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(4));
            Assert.That(Warnings()[^1], Does.Contain("RAN_OUT"));
            Assert.That(guard.LeaseLost.IsCancellationRequested, Is.False, "the policy is to warn");
            Assert.That(settlement.LeaseLost);
            Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed), "within the grace");
        });
    }

    [TestCase(401, "UNAUTHORIZED")]
    [TestCase(403, "FORBIDDEN")]
    [TestCase(400, "INVALID_REQUEST")]
    [TestCase(404, null)]
    [TestCase(409, "IDEMPOTENCY_MISMATCH")]
    [TestCase(409, "MAX_EXTENSIONS_EXCEEDED")]
    public async Task Another_refusal_stops_the_beats_and_leaves_what_is_left(int status, string? code)
    {
        Spends(70);
        await using var client = NewClient(options => options.LeasePolicy = LeasePolicy.Cancel);
        Authority.Next(Operation.Extend, Fault.Refused(status, code));
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        var lost = guard.LeaseLost;
        Pass(TimeSpan.FromSeconds(59.9));
        Assert.That(lost.IsCancellationRequested, Is.False);
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(1), "no other key, and no repeat");
        Pass(TimeSpan.FromSeconds(0.1));
        Assert.That(lost.IsCancellationRequested);
        await guard.CommitAsync(Tokens(70));
    }

    [TestCase(410, "RESERVATION_EXPIRED")]
    [TestCase(410, null)]
    [TestCase(409, "RESERVATION_FINALIZED")]
    [TestCase(409, "TENANT_CLOSED")]
    [TestCase(404, "NOT_FOUND")]
    public async Task A_refusal_that_says_there_is_no_hold_is_its_loss(int status, string? code)
    {
        Spends(70);
        await using var client = NewClient(options => options.LeasePolicy = LeasePolicy.Cancel);
        Authority.Next(Operation.Extend, Fault.Refused(status, code));
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        var before = guard.LeaseLost;
        Pass(TimeSpan.FromSeconds(57));
        Assert.Multiple(() =>
        {
            Assert.That(before.IsCancellationRequested);
            Assert.That(guard.LeaseLost.IsCancellationRequested, "also for who asks later");
            Assert.That(Warnings().Single(), Does.Contain(guard.ReservationId!).And.Contain(code ?? "NO_CODE"));
        });
        Pass(TimeSpan.FromSeconds(2));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(1));
        await guard.CommitAsync(Tokens(70));
    }

    [Test]
    public async Task Throttled_beats_wait_as_long_as_asked()
    {
        Authority.Next(Operation.Extend, Fault.Refused(429, "LIMIT_EXCEEDED", TimeSpan.FromSeconds(1)));
#pragma warning disable CYC004 // Its heartbeat is what the test is about; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        Pass(TimeSpan.FromSeconds(57.9));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(1));
        Pass(TimeSpan.FromSeconds(0.1));
        Assert.That(Keys(Operation.Extend), Has.Count.EqualTo(2));
        Assert.That(Keys(Operation.Extend).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Answers_without_what_is_left_are_measured()
    {
        Authority.Always(
            Operation.Create,
            WithoutRemaining<ReservationCreateResponse>(a => a with { RemainingTtlMs = null })
        );
        Authority.Always(
            Operation.Extend,
            WithoutRemaining<ReservationExtendResponse>(a => a with { RemainingTtlMs = null })
        );
#pragma warning disable CYC004 // Its heartbeat is what the test is about; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(1), "at once");
        Pass(TimeSpan.FromMinutes(4));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(6), "after 30, 60, 120, 180 and 240 s");
        Assert.That(Warnings(), Is.Empty);
    }

    [Test]
    public async Task A_lease_that_cannot_hold_its_reserve_is_extended_once_at_once()
    {
#pragma warning disable CYC004 // Its heartbeat is what the test is about; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(100), new() { Ttl = TimeSpan.FromSeconds(2) });
#pragma warning restore CYC004
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(1));
        Pass(TimeSpan.FromSeconds(10));
        Assert.That((await ReservationAsync(guard.ReservationId))!.Status, Is.EqualTo(ReservationStatus.Active));
    }

    [Test]
    public async Task What_ends_a_guard_ends_its_beats([Values] bool byRelease, [Values] bool later)
    {
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        if (later)
        {
            Pass(TimeSpan.FromSeconds(60));
        }

        var before = Authority.Count(Operation.Extend);
        if (byRelease)
        {
            await guard.ReleaseAsync();
        }
        else
        {
            guard.Dispose();
        }

        Pass(TimeSpan.FromMinutes(3));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(before));
        Assert.That(Warnings(), Is.Empty);
    }

    [Test]
    public async Task A_hold_is_kept_while_its_settlement_is_pending_also_without_the_guard()
    {
        Spends(70);
        Authority.Always(Operation.Commit, Fault.LostBefore);
        await CommitAndForgetAsync();
        Pass(TimeSpan.FromMinutes(3));
        CollectGarbage();
        Pass(TimeSpan.FromMinutes(2));
        Authority.Always(Operation.Commit, Fault.None);
        Pass(TimeSpan.FromSeconds(30));
        var beats = Authority.Count(Operation.Extend);
        Pass(TimeSpan.FromMinutes(3));
        Assert.Multiple(() =>
        {
            Assert.That(Authority.Count(Operation.Event), Is.Zero, "the commit found its hold");
            Assert.That(beats, Is.EqualTo(5));
            Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(beats), "settled is settled");
        });
    }

    [Test]
    public async Task A_beat_that_a_commit_overtakes_is_no_loss()
    {
        Spends(70);
        var gate = NewGate();
        Authority.Next(Operation.Extend, Fault.Blocked(gate));
        Authority.Next(Operation.Commit, Fault.LostAfter);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        Pass(TimeSpan.FromSeconds(57));
        var settlement = await guard.CommitAsync(Tokens(70));
        gate.SetResult();
        await Task.Yield();
        Pass(TimeSpan.FromMinutes(2));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(Warnings(), Has.None.Contain("is lost while"));
    }

    [Test]
    public async Task Nor_is_a_call_that_a_commit_overtakes()
    {
        Spends(70);
        var gate = NewGate();
        Authority.Next(Operation.Extend, Fault.Blocked(gate));
        Authority.Next(Operation.Commit, Fault.LostAfter);
        await using var client = NewClient(options => options.LeasePolicy = LeasePolicy.Cancel);
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        var lost = guard.LeaseLost;
        var extending = guard.ExtendAsync(TimeSpan.FromMinutes(1));
        await guard.CommitAsync(Tokens(70));
        gate.SetResult();
        var refused = await Assert.ThrowsAsync<CyclesException>(() => extending);
        Assert.Multiple(() =>
        {
            Assert.That(refused!.Code, Is.EqualTo(ErrorCode.ReservationFinalized));
            Assert.That(lost.IsCancellationRequested, Is.False);
            Assert.That(Warnings(), Has.None.Contain("is lost while"));
        });
        await client.FlushAsync(Timeout.InfiniteTimeSpan);
    }

    [Test]
    public async Task A_guard_that_nobody_has_is_extended_no_more()
    {
        var id = await ReserveAndForgetAsync();
        CollectGarbage();
        Pass(TimeSpan.FromMinutes(2));
        Assert.Multiple(() =>
        {
            Assert.That(Authority.Count(Operation.Extend), Is.Zero);
            Assert.That(Warnings().Single(), Does.Contain(id).And.Contain("TTL"));
        });
        Assert.That((await ReservationAsync(id))?.Status, Is.Not.EqualTo(ReservationStatus.Active));
    }

    [Test]
    public async Task A_call_moves_the_next_beat_and_counts_as_an_extension()
    {
#pragma warning disable CYC004 // Its heartbeat is what the test is about; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        await guard.ExtendAsync(TimeSpan.FromMinutes(5));
        Pass(TimeSpan.FromSeconds(356.9));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(1));
        Pass(TimeSpan.FromSeconds(0.1));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(2));
    }

    [Test]
    public async Task A_call_that_succeeds_sets_a_heartbeat_going_again_that_had_given_up()
    {
        Authority.Always(Operation.Extend, Fault.LostBefore);
#pragma warning disable CYC004 // Its heartbeat is what the test is about; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        Pass(TimeSpan.FromSeconds(59));
        Authority.Always(Operation.Extend, Fault.None);
        await guard.ExtendAsync(TimeSpan.FromMinutes(1));
        Pass(TimeSpan.FromMinutes(3));
        Assert.That((await ReservationAsync(guard.ReservationId))!.Status, Is.EqualTo(ReservationStatus.Active));
        Assert.That(Warnings(), Has.None.Contain("RAN_OUT"));
    }

    [Test]
    public async Task Nothing_beats_where_it_is_switched_off([Values] bool forThisCall)
    {
        await using var client = NewClient(options => options.HeartbeatEnabled = forThisCall);
        var options = forThisCall ? new ReserveOptions { HeartbeatEnabled = false } : null;
#pragma warning disable CYC004 // Its heartbeat is what the test is about; nothing runs that could cost something.
        await using var guard = await client.ReserveAsync(Work, Tokens(100), options);
#pragma warning restore CYC004
        await guard.ExtendAsync(TimeSpan.FromSeconds(1));
        Pass(TimeSpan.FromMinutes(2));
        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(1));
    }

    [Test]
    public async Task A_disposed_client_beats_no_more()
    {
        var client = NewClient();
        var guard = await client.ReserveAsync(Work, Tokens(100));
        client.Dispose();
        HoldsExpire();
        Assert.That(Authority.Count(Operation.Extend), Is.Zero);
        GC.KeepAlive(guard);
    }

    [Test]
    public async Task Beats_have_no_part_in_what_was_going_on_when_the_guard_was_opened()
    {
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var authority = new FaultyAuthority(Ledger.ForTenant("acme"));
        authority.Always(
            Operation.Extend,
            WithoutRemaining<ReservationExtendResponse>(answer =>
            {
                seen.TrySetResult(Ambient.Value);
                return answer;
            })
        );

        // On the system's clock: a fake one runs its timers wherever it is moved.
        await using var client = new CyclesClient(authority);
        Ambient.Value = "a request";
#pragma warning disable CYC004 // Its heartbeat is what the test is about; nothing runs that could cost something.
        await using var guard = await client.ReserveAsync(Work, Tokens(100), new() { Ttl = TimeSpan.FromSeconds(2) });
#pragma warning restore CYC004
        Ambient.Value = null;
        Assert.That(await seen.Task.WaitAsync(TimeSpan.FromSeconds(60)), Is.Null);
    }

    private static Fault WithoutRemaining<T>(Func<T, T> change)
        where T : class => new() { Mangled = answer => change((T)answer) };

    private static void CollectGarbage()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private List<string> Warnings() =>
        [
            .. Logs.GetSnapshot()
                .Where(record => record.Level >= LogLevel.Warning && record.Id.Id is >= 200 and < 300)
                .Select(record => record.Message),
        ];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<string> ReserveAndForgetAsync() => (await Client.ReserveAsync(Work, Tokens(100))).ReservationId!;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task CommitAndForgetAsync()
    {
#pragma warning disable CYC002 // Forgotten on purpose.
        var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC002
        var settlement = await guard.CommitAsync(Tokens(70));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
    }
}
