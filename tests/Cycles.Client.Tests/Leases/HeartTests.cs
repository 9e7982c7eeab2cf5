using Cycles.Authority;

namespace Cycles.Client.Tests;

/// <summary>What ten thousand guards cost a process, and none.</summary>
[NonParallelizable] // It weighs the process.
public sealed class HeartTests
{
    private const int Guards = 10_000;

    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    private CountingClock _clock = null!;
    private EmbeddedAuthority _ledger = null!;
    private ICyclesAuthority _authority = null!;

    [SetUp]
    public void Open()
    {
        _clock = new CountingClock();
        _ledger = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = _clock });
        _ledger
            .Administer("acme")
            .CreateTenant(new TenantSettings { MaxExtensions = 100 })
            .Budget("tenant:acme", Amount.Tokens(10 * Guards));
        _authority = _ledger.ForTenant("acme");
    }

    [Test]
    public async Task Ten_thousand_guards_live_for_an_hour_on_one_timer()
    {
        await using var client = NewClient();
        var before = _clock.Timers;
        var threads = Threads;
        var guards = await OpenAsync(client);
        for (var second = 0; second < 3_600; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(_clock.Timers - before, Is.EqualTo(1));
        Assert.That(Threads - threads, Is.LessThan(20), "none of their own; the pool's come and go");
        var settlements = await Task.WhenAll(guards.Select(guard => guard.CommitAsync(Amount.Tokens(7))));
        var balance = (
            await _authority.GetBalancesAsync(new BalanceQuery { Subject = new Subject { Tenant = "acme" } })
        ).Value!.Balances.Single();
        Assert.Multiple(() =>
        {
            Assert.That(
                settlements.Select(settlement => (settlement.Outcome, settlement.LeaseLost)),
                Is.All.EqualTo((SettlementOutcome.Committed, false))
            );
            Assert.That(balance.Spent, Is.EqualTo(Amount.Tokens(7 * Guards)));
            Assert.That(balance.Reserved, Is.EqualTo(Amount.Tokens(0)));
        });
    }

    [TestCase(100)]
    [TestCase(2_000)]
    public async Task Ten_thousand_guards_outlive_an_authority_that_takes_its_time(int milliseconds)
    {
        // Without a context what waits for an answer runs where that is given, so that time stands still meanwhile.
        SynchronizationContext.SetSynchronizationContext(null);
        var authority = new FaultyAuthority(_authority) { AttemptTimeout = TimeSpan.FromSeconds(7) };
        var step = TimeSpan.FromMilliseconds(50);
        var now = 0;
        var answers = new Queue<(int Due, TaskCompletionSource Gate)>();
        authority.Always(
            Operation.Extend,
            () =>
            {
                var gate = new TaskCompletionSource();
                answers.Enqueue((now + milliseconds, gate));
                return Fault.Blocked(gate);
            }
        );
        await using var client = new CyclesClient(authority, new() { TimeProvider = _clock, MaxExtensions = 100 });
        var guards = await OpenAsync(client);
        for (; now < 5 * 60_000; now += 50)
        {
            _clock.Advance(step);
            while (answers.TryPeek(out var answer) && answer.Due <= now)
            {
                answers.Dequeue().Gate.SetResult();
            }
        }

        var settlements = await Task.WhenAll(guards.Select(guard => guard.CommitAsync(Amount.Tokens(7))));
        Assert.That(
            settlements.Select(settlement => (settlement.Outcome, settlement.LeaseLost)),
            Is.All.EqualTo((SettlementOutcome.Committed, false))
        );
        Assert.That(authority.Count(Operation.Extend), Is.AtLeast(4 * Guards));
    }

    [Test]
    public async Task Without_an_open_guard_no_timer_calls_back_in_an_hour()
    {
        await using var client = NewClient();
        for (var i = 0; i < 100; i++)
        {
            await using var settled = await client.ReserveAsync(Work, Amount.Tokens(10));
#pragma warning disable CYC004 // Released unused on purpose.
            await using var released = await client.ReserveAsync(Work, Amount.Tokens(10));
#pragma warning restore CYC004
            await settled.CommitAsync(Amount.Tokens(7));
        }

        // One that lived for a while, and the beats of which ran.
#pragma warning disable CYC004 // Released unused on purpose.
        await using (await client.ReserveAsync(Work, Amount.Tokens(10)))
#pragma warning restore CYC004
        {
            _clock.Advance(TimeSpan.FromMinutes(2));
        }

        var before = _clock.Callbacks;
        Assert.That(before, Is.GreaterThan(0));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.That(_clock.Callbacks, Is.EqualTo(before));
    }

    [Test]
    public async Task A_live_heartbeat_weighs_less_than_a_kilobyte()
    {
        await using var warm = NewClient();
#pragma warning disable CYC004 // Released unused on purpose.
        await using (await warm.ReserveAsync(Work, Amount.Tokens(1)))
#pragma warning restore CYC004
        {
            // What the first one alone costs is not the others'.
        }

        var requests = Enumerable
            .Range(0, Guards)
            .Select(i => new ReservationCreateRequest
            {
                IdempotencyKey = $"k{i}",
                Subject = new Subject { Tenant = "acme" },
                Action = Work,
                Estimate = Amount.Tokens(1),
                TtlMs = 60_000,
            })
            .ToArray();
        var answers = new List<ReservationCreateResponse>();
        foreach (var request in requests)
        {
            answers.Add((await _authority.CreateReservationAsync(request)).Value!);
        }

        var guard = await warm.ReserveAsync(Work, Amount.Tokens(1));
        var heart = new Heart(new CyclesClientOptions { TimeProvider = _clock }, NullLog);
        var leases = new Lease[Guards];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Guards; i++)
        {
            leases[i] = new Lease(heart, _authority, requests[i], answers[i], LeasePolicy.Warn);
            leases[i].Keep(guard, TimeSpan.Zero);
        }

        // All that they took, also what is garbage by now: what others do to the process's memory meanwhile is not theirs.
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Guards;
        heart.Stop();
        await guard.ReleaseAsync();
        Assert.That(bytes, Is.InRange(50, 1_024));
    }

    [Test]
    public async Task Beats_are_sent_side_by_side_and_not_all_at_once()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var authority = new FaultyAuthority(_authority);
        authority.Always(Operation.Extend, Fault.Blocked(gate));
        await using var client = new CyclesClient(authority, new() { TimeProvider = _clock, MaxExtensions = 100 });
        var guards = await Task.WhenAll(
            Enumerable.Range(0, 1_000).Select(_ => client.ReserveAsync(Work, Amount.Tokens(1)).AsTask())
        );
        _clock.Advance(TimeSpan.FromSeconds(57));
        Assert.That(authority.Count(Operation.Extend), Is.EqualTo(128));
        gate.SetResult();
        while (authority.Count(Operation.Extend) < guards.Length)
        {
            await Task.Yield();
        }

        var lives = guards.Count(guard => guard.ExpiresAt is not null);
        Assert.That(lives, Is.EqualTo(guards.Length));
        await Task.WhenAll(guards.Select(guard => guard.ReleaseAsync()));
    }

    /// <summary>Against a model: whatever comes and goes, what is due first comes out first.</summary>
    [Test]
    public void The_queue_keeps_its_order_whatever_comes_and_goes([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var heart = new Heart(new CyclesClientOptions { TimeProvider = _clock }, NullLog);
        var request = new ReservationCreateRequest
        {
            IdempotencyKey = "k",
            Subject = new Subject { Tenant = "acme" },
            Action = Work,
            Estimate = Amount.Tokens(1),
        };
        var answer = new ReservationCreateResponse
        {
            Decision = Decision.Allow,
            ReservationId = "r",
            AffectedScopes = [],
        };
        var queue = new LeaseQueue();
        var inside = new List<Lease>();
        for (var i = 0; i < 2_000; i++)
        {
            if (inside.Count == 0 || random.Next(5) < 3)
            {
                var lease = new Lease(heart, _authority, request, answer, LeasePolicy.Warn);
                queue.Add(lease, TimeSpan.FromTicks(random.Next(100)));
                inside.Add(lease);
            }
            else
            {
                var lease = inside[random.Next(inside.Count)];
                inside.Remove(lease);
                queue.Remove(lease);
                queue.Remove(lease);
            }

            Assert.That(queue.Count, Is.EqualTo(inside.Count));
            if (queue.TryPeek(out var first))
            {
                Assert.That(first.Due, Is.EqualTo(inside.Min(lease => lease.Due)));
                Assert.That(inside, Does.Contain(first));
            }
        }
    }

    private static Microsoft.Extensions.Logging.ILogger NullLog =>
        Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    private static int Threads
    {
        get
        {
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            return process.Threads.Count;
        }
    }

    private CyclesClient NewClient() => new(_authority, new() { TimeProvider = _clock, MaxExtensions = 100 });

    private static async Task<List<ReservationGuard>> OpenAsync(CyclesClient client)
    {
        var guards = new List<ReservationGuard>(Guards);
        for (var i = 0; i < Guards; i++)
        {
            guards.Add(await client.ReserveAsync(Work, Amount.Tokens(10)));
        }

        return guards;
    }
}
