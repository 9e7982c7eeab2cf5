namespace Cycles.Client.Tests;

public sealed class RunTests : ClientFixture
{
    [Test]
    public async Task Commits_what_the_body_returns()
    {
        Spends(70);
        var run = await Client.RunAsync(
            Work,
            Tokens(100),
            async (hold, ct) =>
            {
                await Task.Yield();
                return ("reply", Tokens(70));
            }
        );

        Assert.Multiple(() =>
        {
            Assert.That(run.Value, Is.EqualTo("reply"));
            Assert.That(run.Settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
            Assert.That(run.Settlement.Charged, Is.EqualTo(Tokens(70)));
        });
    }

    [Test]
    public async Task A_missing_actual_commits_the_estimate_marked()
    {
        Spends(100);
        var run = await Client.RunAsync(Work, Tokens(100), (_, _) => Task.FromResult(("reply", (Amount?)null)));

        Assert.Multiple(() =>
        {
            Assert.That(run.Value, Is.EqualTo("reply"));
            Assert.That(run.Settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
            Assert.That(run.Settlement.ActualIsEstimate, Is.True);
            Assert.That(
                Authority.Requests<CommitRequest>(Operation.Commit).Single().Metadata!["actual_source"].GetString(),
                Is.EqualTo("estimate")
            );
        });
    }

    [Test]
    public async Task An_invalid_actual_commits_the_estimate_marked()
    {
        Spends(100);
        var run = await Client.RunAsync(Work, Tokens(100), (_, _) => Task.FromResult((1, (Amount?)Amount.Usd(1))));
        Assert.That(run.Settlement.ActualIsEstimate, Is.True);
    }

    [Test]
    public async Task Under_Surface_a_missing_or_invalid_actual_throws_and_sends_nothing([Values] bool invalid)
    {
        await using var client = NewClient(o => o.WhenActualIsMissing = WhenActualIsMissing.Surface);
        Amount? actual = invalid ? Amount.Usd(1) : null;

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            client.RunAsync(Work, Tokens(100), (_, _) => Task.FromResult((1, actual)))
        );

        Assert.That(thrown!.Message, Does.Contain("without a usable actual amount"));
        Assert.That(Authority.Count(Operation.Commit, Operation.Event, Operation.Release), Is.Zero);
        HoldsExpire();
    }

    [Test]
    public async Task A_body_that_throws_is_released_and_its_exception_comes_through()
    {
        var failure = new FormatException("mine");
        var thrown = await Assert.ThrowsAsync<FormatException>(() =>
            Client.RunAsync<int>(Work, Tokens(100), (_, _) => throw failure)
        );

        Assert.That(thrown, Is.SameAs(failure));
        Assert.That(Authority.Requests<ReleaseRequest>(Operation.Release).Single().Reason, Is.EqualTo("action_failed"));
    }

    [Test]
    public async Task A_body_that_commits_and_then_throws_keeps_its_commit()
    {
        Spends(70);
        await Assert.ThrowsAsync<FormatException>(() =>
            Client.RunAsync<int>(
                Work,
                Tokens(100),
                async (hold, ct) =>
                {
                    await hold.CommitAsync(Tokens(70), cancellationToken: ct);
                    throw new FormatException();
                }
            )
        );
        Assert.That(Authority.Count(Operation.Release), Is.Zero);
    }

    [Test]
    public async Task A_body_whose_commit_throws_on_its_arguments_is_settled_at_the_estimate()
    {
        Spends(100);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Client.RunAsync<int>(
                Work,
                Tokens(100),
                async (hold, ct) =>
                {
                    await hold.CommitAsync(Amount.Usd(1), cancellationToken: ct);
                    return (1, null);
                }
            )
        );
        Assert.That(Authority.Count(Operation.Release), Is.Zero);
    }

    [Test]
    public async Task A_body_that_settles_itself_decides([Values] bool awaited)
    {
        Spends(70);
        var run = await Client.RunAsync(
            Work,
            Tokens(100),
            async (hold, ct) =>
            {
                var commit = hold.CommitAsync(Tokens(70), cancellationToken: ct);
                if (awaited)
                {
                    await commit;
                }

                return ("reply", (Amount?)null);
            }
        );

        Assert.That(run.Settlement.Actual, Is.EqualTo(Tokens(70)));
        Assert.That(run.Settlement.ActualIsEstimate, Is.False);
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
    }

    [Test]
    public async Task A_body_that_releases_has_a_released_settlement()
    {
        var run = await Client.RunAsync(
            Work,
            Tokens(100),
            async (hold, ct) =>
            {
                await hold.ReleaseAsync("cached", ct);
                return ("reply", (Amount?)null);
            }
        );

        Assert.That(run.Settlement.Outcome, Is.EqualTo(SettlementOutcome.Released));
        Assert.That(run.Settlement.Released, Is.EqualTo(Tokens(100)));
    }

    [Test]
    public async Task A_body_that_settles_itself_and_returns_an_actual_throws_and_sends_nothing_more()
    {
        Spends(70);
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Client.RunAsync(
                Work,
                Tokens(100),
                async (hold, ct) =>
                {
                    await hold.CommitAsync(Tokens(70), cancellationToken: ct);
                    return (1, Tokens(70));
                }
            )
        );

        Assert.That(thrown!.Message, Does.Contain("itself"));
        Assert.That(Authority.Count(Operation.Commit, Operation.Release), Is.EqualTo(1));
    }

    [Test]
    public async Task A_pending_settlement_does_not_hide_the_result()
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.LostBefore);
        var run = await Client.RunAsync(Work, Tokens(100), (_, _) => Task.FromResult(("reply", (Amount?)Tokens(70))));

        Assert.That(run.Value, Is.EqualTo("reply"));
        Assert.That(run.Settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
        await Client.FlushAsync(TimeSpan.Zero);
    }

    [Test]
    public async Task A_refused_settlement_does_not_hide_the_result()
    {
        var run = await Client.RunAsync(
            Work,
            Tokens(100),
            (_, _) => Task.FromResult(("reply", (Amount?)Tokens(Budget + 1))),
            new() { OveragePolicy = CommitOveragePolicy.Reject }
        );

        Assert.Multiple(() =>
        {
            Assert.That(run.Value, Is.EqualTo("reply"));
            Assert.That(run.Settlement.Outcome, Is.EqualTo(SettlementOutcome.Rejected));
            Assert.That(run.Settlement.Error!.Code, Is.EqualTo(ErrorCode.BudgetExceeded));
            Assert.That(Unrecorded.Single().Actual, Is.EqualTo(Tokens(Budget + 1)));
            Assert.That(Authority.Count(Operation.Release), Is.Zero);
        });
        HoldsExpire();
    }

    [Test]
    public async Task A_token_cancelled_by_the_end_of_the_work_hides_neither_result_nor_cost()
    {
        Spends(70);
        using var cancellation = new CancellationTokenSource();
        var run = await Client.RunAsync(
            Work,
            Tokens(100),
            async (_, _) =>
            {
                await cancellation.CancelAsync();
                return ("reply", Tokens(70));
            },
            cancellationToken: cancellation.Token
        );

        Assert.That(run.Settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
    }

    [Test]
    public async Task A_client_disposed_under_the_work_does_not_hide_the_result()
    {
        await using var client = NewClient();
        var run = await client.RunAsync(
            Work,
            Tokens(100),
            async (_, _) =>
            {
                await client.DisposeAsync();
                return ("reply", Tokens(70));
            }
        );

        Assert.Multiple(() =>
        {
            Assert.That(run.Value, Is.EqualTo("reply"));
            Assert.That(run.Settlement.Outcome, Is.EqualTo(SettlementOutcome.Rejected));
            Assert.That(Unrecorded.Single().Actual, Is.EqualTo(Tokens(70)));
        });
        HoldsExpire();
    }

    [Test]
    public async Task A_denied_run_does_not_run()
    {
        var ran = false;
        await Assert.ThrowsAsync<BudgetDeniedException>(() =>
            Client.RunAsync(
                Work,
                Tokens(Budget + 1),
                (_, _) =>
                {
                    ran = true;
                    return Task.FromResult((1, (Amount?)null));
                }
            )
        );
        Assert.That(ran, Is.False);
    }

    [Test]
    public async Task A_null_body_is_refused() =>
        await Assert.ThrowsAsync<ArgumentNullException>(() => Client.RunAsync<int>(Work, Tokens(100), null!));
}
