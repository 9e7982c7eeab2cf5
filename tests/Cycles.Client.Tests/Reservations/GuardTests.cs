namespace Cycles.Client.Tests;

/// <summary>The guard's promises, one sequence after the other.</summary>
public sealed class GuardTests : ClientFixture
{
    [Test]
    public async Task Commit_then_dispose_is_one_commit()
    {
        Spends(70);
        Settlement settlement;
        await using (var guard = await Client.ReserveAsync(Work, Tokens(100)))
        {
            settlement = await guard.CommitAsync(Tokens(70));
            guard.Dispose();
        }

        Assert.Multiple(() =>
        {
            Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
            Assert.That(settlement.Charged, Is.EqualTo(Tokens(70)));
            Assert.That(settlement.Released, Is.EqualTo(Tokens(30)));
            Assert.That(settlement.ActualIsEstimate, Is.False);
            Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
            Assert.That(Authority.Count(Operation.Release), Is.Zero);
        });
    }

    [TestCase(70)]
    [TestCase(80)]
    public async Task Commit_twice_throws_naming_the_reservation_and_sends_nothing(long second)
    {
        Spends(70);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        await guard.CommitAsync(Tokens(70));

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => guard.CommitAsync(Tokens(second)));
        Assert.Multiple(() =>
        {
            Assert.That(thrown!.Message, Does.Contain(guard.ReservationId!));
            Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task A_hundred_tasks_commit_one_guard_and_one_of_them_wins()
    {
        await using var guard = await Client.ReserveAsync(Work, Tokens(200));
        using var start = new Barrier(100);
        var results = await Task.WhenAll(
            Enumerable
                .Range(1, 100)
                .Select(amount =>
                    Task.Factory.StartNew(
                            async () =>
                            {
                                start.SignalAndWait();
                                try
                                {
                                    return await guard.CommitAsync(Tokens(amount));
                                }
                                catch (InvalidOperationException)
                                {
                                    return null;
                                }
                            },
                            TaskCreationOptions.LongRunning
                        )
                        .Unwrap()
                )
        );

        var won = results.Single(result => result is not null)!;
        Spends(won.Charged!.Value.Value);
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
    }

    [Test]
    public async Task Release_then_commit_throws_InvalidOperationException()
    {
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        await guard.ReleaseAsync("changed my mind");

        var thrown = await Assert.CatchAsync<InvalidOperationException>(() => guard.CommitAsync(Tokens(70)));
        Assert.Multiple(() =>
        {
            Assert.That(thrown, Is.Not.InstanceOf<ObjectDisposedException>());
            Assert.That(thrown!.Message, Does.Contain(guard.ReservationId!));
            Assert.That(Authority.Requests<ReleaseRequest>(Operation.Release)[0].Reason, Is.EqualTo("changed my mind"));
            Assert.That(Authority.Count(Operation.Commit), Is.Zero);
        });
    }

    [Test]
    public async Task Dispose_then_commit_throws_ObjectDisposedException([Values] bool asynchronously)
    {
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        await DisposeAsync(guard, asynchronously);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => guard.CommitAsync(Tokens(70)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => guard.ExtendAsync(TimeSpan.FromSeconds(1)));
        Assert.That(Authority.Count(Operation.Commit, Operation.Extend), Is.Zero);
    }

    [Test]
    public async Task Release_and_dispose_after_settlement_do_nothing()
    {
        Spends(70);
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        await guard.CommitAsync(Tokens(70));

        await guard.ReleaseAsync();
        guard.Dispose();
        await guard.DisposeAsync();
        await guard.DisposeAsync();

        Assert.That(Authority.Count(Operation.Release), Is.Zero);
    }

    [Test]
    public async Task Releases_and_disposes_from_many_threads_release_once()
    {
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        using var start = new Barrier(20);
        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i =>
                    Task.Factory.StartNew(
                            async () =>
                            {
                                start.SignalAndWait();
                                switch (i % 3)
                                {
                                    case 0:
                                        await guard.ReleaseAsync();
                                        break;
                                    case 1:
                                        await guard.DisposeAsync();
                                        break;
                                    default:
                                        guard.Dispose();
                                        break;
                                }
                            },
                            TaskCreationOptions.LongRunning
                        )
                        .Unwrap()
                )
        );

        Assert.That(Authority.Count(Operation.Release), Is.EqualTo(1));
    }

    [Test]
    [Repeat(20)]
    public async Task A_commit_racing_a_dispose_is_either_charged_or_refused()
    {
        await using var client = NewClient();
        var before = (await BalanceAsync()).Spent!.Value.Value;
        var guard = await client.ReserveAsync(Work, Tokens(100));
        using var start = new Barrier(2);
        var disposal = Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                guard.Dispose();
            },
            TaskCreationOptions.LongRunning
        );
        start.SignalAndWait();
        Settlement? settlement = null;
        try
        {
            settlement = await guard.CommitAsync(Tokens(70));
        }
        catch (ObjectDisposedException)
        {
            // The dispose won.
        }

        await disposal;
        await client.FlushAsync(TimeSpan.FromSeconds(5));
        var spent = before + (settlement is null ? 0 : 70);
        Spends(spent);
        Assert.That((await BalanceAsync()).Spent, Is.EqualTo(Tokens(spent)));
    }

    [Test]
    public async Task A_commit_that_is_not_awaited_holds_up_DisposeAsync_until_its_first_attempt_ends()
    {
        Spends(70);
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Blocked(gate));
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        var commit = guard.CommitAsync(Tokens(70));

        var disposal = guard.DisposeAsync().AsTask();
        Assert.That(disposal.IsCompleted, Is.False);
        gate.SetResult();
        await disposal;

        Assert.That((await commit).Outcome, Is.EqualTo(SettlementOutcome.Committed));
        Assert.That(Authority.Count(Operation.Release), Is.Zero);
    }

    [Test]
    public async Task A_commit_that_is_not_awaited_does_not_hold_up_Dispose_and_is_not_released()
    {
        Spends(70);
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Blocked(gate));
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        var commit = guard.CommitAsync(Tokens(70));

        guard.Dispose();
        Assert.That(commit.IsCompleted, Is.False);
        gate.SetResult();

        Assert.That((await commit).Outcome, Is.EqualTo(SettlementOutcome.Committed));
        Assert.That(Authority.Count(Operation.Release), Is.Zero);
    }

    [Test]
    public async Task A_scope_that_ends_with_neither_releases_as_guard_dropped([Values] bool asynchronously)
    {
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Tokens(100)));
        await DisposeAsync(guard, asynchronously);

        Assert.Multiple(() =>
        {
            Assert.That(
                Authority.Requests<ReleaseRequest>(Operation.Release).Single().Reason,
                Is.EqualTo("guard_dropped")
            );
            Assert.That(Authority.AnyCancellable(Operation.Release), Is.False);
        });
    }

    [Test]
    public async Task A_body_that_throws_without_a_commit_is_released_and_its_exception_comes_through()
    {
        var failure = new FormatException("mine");
        var thrown = await Assert.ThrowsAsync<FormatException>(async () =>
        {
#pragma warning disable CYC004 // The body ends before it could commit.
            await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
            throw failure;
        });

        Assert.That(thrown, Is.SameAs(failure));
        Assert.That(Authority.Count(Operation.Release), Is.EqualTo(1));
    }

    [Test]
    public async Task A_body_that_throws_comes_through_also_when_the_release_fails()
    {
        Authority.Always(Operation.Release, Fault.Throws(new NotSupportedException("broken seam")));
        var thrown = await Assert.CatchAsync(async () =>
        {
#pragma warning disable CYC004 // The body ends before it could commit.
            await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
            throw new FormatException("mine");
        });

        Assert.That(thrown, Is.InstanceOf<FormatException>());
        HoldsExpire();
    }

    [Test]
    public async Task A_guard_that_is_dropped_without_dispose_is_freed_by_the_TTL()
    {
#pragma warning disable CYC002 // Dropped for the TTL to free.
        var guard = await Client.ReserveAsync(Work, Tokens(100), new() { Ttl = TimeSpan.FromSeconds(10) });
#pragma warning restore CYC002
        Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(guard.Estimate));

        Clock.Advance(TimeSpan.FromSeconds(16));

        Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Tokens(0)));
        Assert.That(Authority.Count(Operation.Release), Is.Zero);
    }

    [Test]
    public async Task A_release_that_fails_is_sent_once_more_with_the_same_key()
    {
        Authority.Next(Operation.Release, Fault.LostAfter);
#pragma warning disable CYC004 // Its release is what the test is about.
        await using (await Client.ReserveAsync(Work, Tokens(100))) { }
#pragma warning restore CYC004

        Assert.That(Keys(Operation.Release), Has.Count.EqualTo(2));
        Assert.That(Keys(Operation.Release).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_release_that_fails_twice_is_logged_and_left_to_the_TTL([Values] bool explicitly)
    {
        Authority.Always(Operation.Release, Fault.LostBefore);
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        if (explicitly)
        {
            await guard.ReleaseAsync();
        }

        await guard.DisposeAsync();

        Assert.That(Authority.Count(Operation.Release), Is.EqualTo(2));
        Assert.That(
            Logs.GetSnapshot().Count(record => record.Message.Contains("releasing", StringComparison.Ordinal)),
            Is.EqualTo(2)
        );
        HoldsExpire();
    }

    [Test]
    public async Task A_release_that_is_refused_is_not_repeated()
    {
#pragma warning disable CYC004 // Its release is what the test is about.
        var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        HoldsExpire();
        await guard.DisposeAsync();

        Assert.That(Authority.Count(Operation.Release), Is.EqualTo(1));
    }

    [Test]
    public async Task ReleaseAsync_with_a_reason_that_is_too_long_leaves_the_guard_open()
    {
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        var thrown = await Assert.ThrowsAsync<ArgumentException>(() => guard.ReleaseAsync(new string('x', 257)));
        Assert.That(thrown!.ParamName, Is.EqualTo("reason"));
        Assert.That(Authority.Count(Operation.Release), Is.Zero);
        await guard.ReleaseAsync(new string('x', 256));
        Assert.That(Authority.Count(Operation.Release), Is.EqualTo(1));
    }

    [Test]
    public async Task ExtendAsync_moves_the_end_outward()
    {
#pragma warning disable CYC004 // Only its end is looked at; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        var end = Clock.GetUtcNow() + TimeSpan.FromSeconds(60);
        Assert.That(guard.ExpiresAt, Is.EqualTo(end));

        await guard.ExtendAsync(TimeSpan.FromSeconds(30));

        Assert.That(guard.ExpiresAt, Is.EqualTo(end + TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task An_answer_that_was_overtaken_does_not_bring_the_end_back()
    {
#pragma warning disable CYC004 // Only its end is looked at; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        var earlier = guard.ExpiresAt!.Value;
        await guard.ExtendAsync(TimeSpan.FromSeconds(100));
        Authority.Next(
            Operation.Extend,
            new Fault
            {
                Mangled = answer =>
                    (ReservationExtendResponse)answer with
                    {
                        ExpiresAtMs = earlier.ToUnixTimeMilliseconds() + 1,
                    },
            }
        );

        await guard.ExtendAsync(TimeSpan.FromSeconds(1));
        Assert.That(guard.ExpiresAt, Is.EqualTo(earlier + TimeSpan.FromSeconds(100)));
    }

    [Test]
    public async Task ExtendAsync_out_of_range_sends_nothing()
    {
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        foreach (var by in new[] { TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.FromHours(25) })
        {
            var thrown = await Assert.ThrowsAsync<ArgumentException>(() => guard.ExtendAsync(by));
            Assert.That(thrown!.ParamName, Is.EqualTo("by"));
            Assert.That(thrown.Message, Does.Contain("extend_by_ms must be from 1 to 86400000"));
        }

        Assert.That(Authority.Count(Operation.Extend), Is.Zero);
    }

    [Test]
    public async Task ExtendAsync_past_the_tenants_limit_is_a_CyclesException()
    {
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        for (var i = 0; i < 10; i++)
        {
            await guard.ExtendAsync(TimeSpan.FromSeconds(1));
        }

        var thrown = await Assert.ThrowsAsync<CyclesException>(() => guard.ExtendAsync(TimeSpan.FromSeconds(1)));
        Assert.That(thrown!.Code, Is.EqualTo(ErrorCode.MaxExtensionsExceeded));
    }

    [Test]
    public async Task A_guard_says_what_it_holds()
    {
        Ledger.Administer("acme").SetCaps("tenant:acme", AmountUnit.Tokens, new Caps { MaxTokens = 500 });
        await using var guard = await Client.ReserveAsync(
            Work,
            Tokens(100),
            new() { Subject = new() { Agent = "bot" } }
        );

        Assert.Multiple(() =>
        {
            Assert.That(guard.ReservationId, Is.Not.Empty);
            Assert.That(guard.Decision, Is.EqualTo(Decision.AllowWithCaps));
            Assert.That(guard.Caps?.MaxTokens, Is.EqualTo(500));
            Assert.That(guard.AffectedScopes, Is.EqualTo(new[] { "tenant:acme", "tenant:acme/agent:bot" }));
            Assert.That(guard.Subject, Is.EqualTo(new Subject { Tenant = "acme", Agent = "bot" }));
            Assert.That(guard.Action, Is.SameAs(Work));
            Assert.That(guard.Estimate, Is.EqualTo(Tokens(100)));
        });
    }

    private static async Task DisposeAsync(ReservationGuard guard, bool asynchronously)
    {
        if (asynchronously)
        {
            await guard.DisposeAsync();
        }
        else
        {
            guard.Dispose();
        }
    }
}
