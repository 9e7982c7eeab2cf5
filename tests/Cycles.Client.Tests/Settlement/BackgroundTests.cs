namespace Cycles.Client.Tests;

/// <summary>What happens to a settlement after its first attempt, on the clock.</summary>
public sealed class BackgroundTests : ClientFixture
{
    [Test]
    public async Task Retries_come_after_half_a_second_doubling_and_then_every_thirty()
    {
        Authority.Always(Operation.Commit, Fault.LostBefore);
        await CommitAsync(70);

        Assert.That(Instants(), Is.EqualTo(new[] { 500, 1_500, 3_500, 7_500, 15_500, 45_500, 75_500, 105_500 }));

        Spends(70);
        Authority.Always(Operation.Commit, Fault.None);
        HoldsExpire();
        Assert.That(Keys(Operation.Commit).Distinct().Count(), Is.EqualTo(1));
        Assert.That(
            Logs.GetSnapshot().Select(record => record.Message),
            Has.Some.Contains("still unsettled after 6 attempts").And.Some.Contains("settled in the background")
        );

        int[] Instants()
        {
            var instants = new List<int>();
            var seen = Authority.Count(Operation.Commit);
            for (var elapsed = 100; elapsed <= 110_000; elapsed += 100)
            {
                Clock.Advance(TimeSpan.FromMilliseconds(100));
                if (Authority.Count(Operation.Commit) is var count && count != seen)
                {
                    Assert.That(count, Is.EqualTo(seen + 1));
                    seen = count;
                    instants.Add(elapsed);
                }
            }

            return [.. instants];
        }
    }

    [Test]
    public async Task A_drain_ends_once_the_loss_is_told([Values] bool disposes)
    {
        var gate = new TaskCompletionSource();
        using var telling = new SemaphoreSlim(0);
        Authority.Next(Operation.Commit, Fault.LostBefore, Fault.Refused(400, "INVALID_REQUEST"));
        await using var client = NewClient(options =>
            options.OnSpendUnrecorded = _ =>
            {
                telling.Release();
                gate.Task.Wait();
            }
        );
        await using (var guard = await client.ReserveAsync(Work, Tokens(100)))
        {
            Assert.That((await guard.CommitAsync(Tokens(70))).Outcome, Is.EqualTo(SettlementOutcome.Pending));
        }

        // Refused on another thread, as where the timer's makes the attempt.
        var retry = Task.Run(() => client.FlushAsync(TimeSpan.FromMinutes(1)));
        Assert.That(await telling.WaitAsync(TimeSpan.FromMinutes(1)));
        var drain = disposes ? client.DisposeAsync().AsTask() : client.FlushAsync(TimeSpan.FromMinutes(1));
        Assert.That(drain.IsCompleted, Is.False, "the process may end when it does");
        gate.SetResult();
        await drain;
        await retry;
        HoldsExpire();
    }

    [Test]
    public async Task Retry_After_is_a_floor()
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.Refused(429, "LIMIT_EXCEEDED", TimeSpan.FromSeconds(20)));
        await CommitAsync(70);

        Clock.Advance(TimeSpan.FromSeconds(19.9));
        await Client.FlushAsync(TimeSpan.Zero);
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1), "also a flush waits for it");
        Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));
    }

    [Test]
    public async Task Retry_After_is_a_floor_only_and_at_most_an_hour()
    {
        Spends(70);
        Authority.Next(
            Operation.Commit,
            Fault.Refused(503, retryAfter: TimeSpan.FromMilliseconds(1)),
            Fault.Refused(429, retryAfter: TimeSpan.FromDays(1))
        );
        await CommitAsync(70);
        Clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));

        Clock.Advance(TimeSpan.FromMinutes(59.9));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));
        Clock.Advance(TimeSpan.FromMinutes(0.1));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(3));
    }

    [TestCase(401, "UNAUTHORIZED")]
    [TestCase(404, null)]
    public async Task Credentials_and_proxies_are_tried_again_every_thirty_seconds(int status, string? code)
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.Refused(status, code), Fault.Refused(status, code));
        await CommitAsync(70);
        Clock.Advance(TimeSpan.FromSeconds(29.9));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
        Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(3));
    }

    [Test]
    public async Task An_authority_that_is_down_for_ten_minutes_loses_nothing()
    {
        Authority.Always(Operation.Commit, Fault.LostBefore);
        Authority.Always(Operation.Extend, Fault.LostBefore);
        for (var i = 0; i < 100; i++)
        {
            await CommitAsync(7);
        }

        Pass(TimeSpan.FromMinutes(10));
        var attempts = Authority.Count(Operation.Commit);
        Authority.Always(Operation.Commit, Fault.None);
        Spends(700);
        Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Multiple(() =>
        {
            Assert.That(attempts, Is.EqualTo(100 * 25), "six at once and one every thirty seconds");
            Assert.That(Authority.Count(Operation.Event), Is.EqualTo(100), "their holds have expired meanwhile");
            Assert.That(Unrecorded, Is.Empty);
        });
    }

    [Test]
    public async Task A_lost_answer_is_not_charged_twice()
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.LostAfter, Fault.LostAfter, Fault.LostAfter);
        await CommitAsync(70);
        Pass(TimeSpan.FromSeconds(10));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(4));
    }

    [Test]
    public async Task Refused_later_is_reported_and_not_tried_again()
    {
        Authority.Next(Operation.Commit, Fault.LostBefore, Fault.Refused(409, "BUDGET_EXCEEDED"));
        await CommitAsync(70);
        Pass(TimeSpan.FromMinutes(5));

        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));
        Assert.That(Unrecorded.Single().Outcome, Is.EqualTo(SettlementOutcome.Rejected));
        Assert.That(Authority.Count(Operation.Release), Is.Zero);
    }

    [Test]
    public async Task Flush_tries_now_counts_and_may_be_repeated()
    {
        Spends(30);
        Assert.That(await Client.FlushAsync(TimeSpan.Zero), Is.EqualTo(Flushed(0, 0, 0)));

        Authority.Always(Operation.Commit, Fault.LostBefore);
        await CommitAsync(10);
        await CommitAsync(20);
        await CommitAsync(40);
        Assert.That(await Client.FlushAsync(TimeSpan.Zero), Is.EqualTo(Flushed(0, 0, 3)));

        Authority.Next(Operation.Commit, Fault.None, Fault.None, Fault.Refused(409, "BUDGET_EXCEEDED"));
        Assert.That(await Client.FlushAsync(TimeSpan.Zero), Is.EqualTo(Flushed(2, 1, 0)));
        Assert.That(await Client.FlushAsync(TimeSpan.Zero), Is.EqualTo(Flushed(0, 0, 0)));
        Spends(
            Ledger is null ? 0
            : 70 - Unrecorded.Single().Actual.Value is var spent ? spent
            : 0
        );
        HoldsExpire();
    }

    [Test]
    public async Task Flush_waits_for_what_is_under_way_and_for_what_is_added()
    {
        Spends(110);
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Blocked(gate), Fault.Blocked(gate));
#pragma warning disable CYC002 // Its scope must not wait for a commit that this test holds up.
        var first = await Client.ReserveAsync(Work, Tokens(100));
        var second = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC002
        _ = first.CommitAsync(Tokens(70));

        var flush = Client.FlushAsync(TimeSpan.FromMinutes(1));
        _ = second.CommitAsync(Tokens(40));
        Assert.That(flush.IsCompleted, Is.False);
        gate.SetResult();

        Assert.That(await flush, Is.EqualTo(Flushed(2, 0, 0)));
    }

    [Test]
    public async Task Flush_gives_up_waiting_at_its_timeout()
    {
        Spends(70);
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Blocked(gate));
#pragma warning disable CYC002 // Its scope must not wait for a commit that this test holds up.
        var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC002
        var commit = guard.CommitAsync(Tokens(70));

        var flush = Client.FlushAsync(TimeSpan.FromSeconds(3));
        Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.That(await flush, Is.EqualTo(Flushed(0, 0, 1)));

        gate.SetResult();
        await commit;
    }

    [Test]
    public async Task Flush_can_be_cancelled()
    {
        Spends(70);
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Blocked(gate));
#pragma warning disable CYC002 // Its scope must not wait for a commit that this test holds up.
        var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC002
        var commit = guard.CommitAsync(Tokens(70));
        await Assert.CatchAsync<OperationCanceledException>(() =>
            Client.FlushAsync(TimeSpan.FromSeconds(3), new CancellationToken(canceled: true))
        );
        gate.SetResult();
        await commit;
    }

    [Test]
    public async Task Ten_thousand_open_settlements_are_settled_by_one_flush()
    {
        Ledger.Administer("acme").Credit("tenant:acme", Tokens(10_000));
        Spends(10_000);
        Authority.Always(Operation.Commit, Fault.LostBefore);
        for (var i = 0; i < 10_000; i++)
        {
            await CommitAsync(1, estimate: 1);
        }

        Authority.Always(Operation.Commit, Fault.None);
        Assert.That(await Client.FlushAsync(TimeSpan.FromMinutes(1)), Is.EqualTo(Flushed(10_000, 0, 0)));
    }

    [Test]
    public async Task An_authority_that_comes_back_is_not_met_by_everything_at_once()
    {
        Spends(100);
        Authority.Always(Operation.Commit, Fault.LostBefore);
        for (var i = 0; i < 100; i++)
        {
            await CommitAsync(1);
        }

        var gate = NewGate();
        Authority.Always(Operation.Commit, Fault.Blocked(gate));
        var flush = Client.FlushAsync(TimeSpan.FromMinutes(1));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(100 + 16));
        gate.SetResult();
        Assert.That(await flush, Is.EqualTo(Flushed(100, 0, 0)));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Faults_at_random_lose_nothing_and_charge_nothing_twice(int seed)
    {
        var random = new Random(seed);
        Fault[] faults =
        [
            Fault.None,
            Fault.None,
            Fault.LostBefore,
            Fault.LostAfter,
            Fault.Refused(429, "LIMIT_EXCEEDED", TimeSpan.FromSeconds(2)),
            Fault.Refused(500),
            Fault.Refused(401, "UNAUTHORIZED"),
            Fault.Throws(new TaskCanceledException()),
        ];
        foreach (var operation in new[] { Operation.Create, Operation.Commit, Operation.Event, Operation.Release })
        {
            Authority.Next(operation, random.GetItems(faults, 400));
        }

        var spent = 0L;
        await Parallel.ForEachAsync(
            Enumerable.Range(1, 300),
            async (i, ct) =>
            {
                try
                {
                    await using var guard = await Client.ReserveAsync(Work, Tokens(30), cancellationToken: ct);
                    if (i % 10 != 0)
                    {
                        Interlocked.Add(ref spent, i % 30);
                        await guard.CommitAsync(Tokens(i % 30), cancellationToken: CancellationToken.None);
                    }
                }
                catch (CyclesException)
                {
                    // The reserve failed: nothing ran.
                }
            }
        );
        Pass(TimeSpan.FromMinutes(10));

        Spends(spent);
        Assert.That(spent, Is.GreaterThan(1_000));
        Assert.That(await Client.FlushAsync(TimeSpan.Zero), Is.EqualTo(Flushed(0, 0, 0)));
        Assert.That(Unrecorded, Is.Empty);
    }

    [Test]
    public async Task A_log_that_throws_costs_nothing([Values] bool alsoWhenAsked)
    {
        Spends(70);
        await using var client = NewClient(o => o.LoggerFactory = new ThrowingLoggerFactory(alsoWhenAsked));
        Authority.Next(Operation.Commit, Fault.LostBefore);
        await using (var guard = await client.ReserveAsync(Work, Tokens(100)))
        {
            await guard.CommitAsync(Tokens(70));
        }

        Assert.That(await client.FlushAsync(TimeSpan.Zero), Is.EqualTo(Flushed(1, 0, 0)));
    }

    private async Task CommitAsync(long actual, long estimate = 100)
    {
        await using var guard = await Client.ReserveAsync(Work, Tokens(estimate));
        await guard.CommitAsync(Tokens(actual));
    }

    private static FlushResult Flushed(int settled, int rejected, int pending) =>
        new()
        {
            Settled = settled,
            Rejected = rejected,
            Pending = pending,
        };
}
