using Microsoft.Extensions.Logging;

namespace Cycles.Client.Tests;

/// <summary>What the loss of a hold does: never anything to a known amount.</summary>
public sealed class LeasePolicyTests : ClientFixture
{
    [Test]
    public async Task FailOnFinalize_settles_and_then_throws_with_the_settlement()
    {
        Spends(70);
        await using var client = NewLosing(LeasePolicy.FailOnFinalize);
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        Pass(TimeSpan.FromMinutes(2));
        var thrown = await Assert.ThrowsAsync<CyclesException>(() => guard.CommitAsync(Tokens(70)));
        Assert.Multiple(() =>
        {
            Assert.That(thrown!.Message, Does.Contain(guard.ReservationId!));
            Assert.That(thrown.Settlement!.Outcome, Is.EqualTo(SettlementOutcome.RecoveredAsEvent));
            Assert.That(thrown.Settlement.LeaseLost);
            Assert.That(thrown.IsTransient, Is.False);
            Assert.That(Unrecorded, Is.Empty);
        });
    }

    [Test]
    public async Task FailOnFinalize_throws_nothing_where_the_hold_was_kept()
    {
        Spends(70);
        await using var client = NewClient(options => options.LeasePolicy = LeasePolicy.FailOnFinalize);
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        Pass(TimeSpan.FromMinutes(5));
        Assert.That((await guard.CommitAsync(Tokens(70))).LeaseLost, Is.False);
    }

    [Test]
    public async Task FailOnFinalize_knows_an_expired_hold_by_its_commit_alone()
    {
        Spends(70);
        await using var client = NewClient(options =>
        {
            options.LeasePolicy = LeasePolicy.FailOnFinalize;
            options.HeartbeatEnabled = false;
        });
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        HoldsExpire();
        var thrown = await Assert.ThrowsAsync<CyclesException>(() => guard.CommitAsync(Tokens(70)));
        Assert.That(thrown!.Settlement!.Outcome, Is.EqualTo(SettlementOutcome.RecoveredAsEvent));
    }

    [Test]
    public async Task RunAsync_returns_the_result_with_a_marked_settlement([Values] LeasePolicy policy)
    {
        Spends(70);
        await using var client = NewLosing(policy);
        var run = await client.RunAsync(
            Work,
            Tokens(100),
            (_, _) =>
            {
                Pass(TimeSpan.FromMinutes(2));
                return Task.FromResult(("done", (Amount?)Tokens(70)));
            }
        );
        Assert.Multiple(() =>
        {
            Assert.That(run.Value, Is.EqualTo("done"));
            Assert.That(run.Settlement.Outcome, Is.EqualTo(SettlementOutcome.RecoveredAsEvent));
            Assert.That(run.Settlement.LeaseLost);
        });
    }

    [Test]
    public async Task Cancel_cancels_the_token_that_RunAsync_hands_to_the_work_and_no_other_policy_does(
        [Values] LeasePolicy policy
    )
    {
        Spends(policy == LeasePolicy.Cancel ? 0 : 70);
        await using var client = NewLosing(policy);
        var running = client.RunAsync(
            Work,
            Tokens(100),
            async (_, token) =>
            {
                Pass(TimeSpan.FromMinutes(2));
                if (policy == LeasePolicy.Cancel)
                {
                    // Its callbacks run elsewhere.
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                }

                Assert.That(token.IsCancellationRequested, Is.False);
                return ("done", (Amount?)Tokens(70));
            }
        );
        if (policy == LeasePolicy.Cancel)
        {
            await Assert.CatchAsync<OperationCanceledException>(() => running);
        }
        else
        {
            await running;
        }
    }

    [Test]
    public async Task A_call_may_choose_another_policy_than_the_client()
    {
        Spends(70);
        await using var client = NewLosing(LeasePolicy.Warn);
        await using var guard = await client.ReserveAsync(
            Work,
            Tokens(100),
            new() { LeasePolicy = LeasePolicy.FailOnFinalize }
        );
        Pass(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<CyclesException>(() => guard.CommitAsync(Tokens(70)));
    }

    [Test]
    public async Task A_callback_that_throws_disturbs_nobody()
    {
        Spends(70);
        await using var client = NewLosing(LeasePolicy.Cancel);
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        guard.LeaseLost.Register(() => throw new InvalidOperationException("mine"));
        var told = NewGate();
        guard.LeaseLost.Register(told.SetResult);
        Pass(TimeSpan.FromMinutes(2));
        await told.Task.WaitAsync(TimeSpan.FromSeconds(60));
        var settlement = await guard.CommitAsync(Tokens(70));
        Assert.That(settlement.LeaseLost);
    }

    [TestCase(LeasePolicy.Warn, "the action goes on")]
    [TestCase(LeasePolicy.FailOnFinalize, "the commit throws")]
    [TestCase(LeasePolicy.Cancel, "LeaseLost is cancelled")]
    public async Task The_log_says_what_comes_next(LeasePolicy policy, string next)
    {
        await using var client = NewLosing(policy);
#pragma warning disable CYC004 // The hold is lost before anything could be spent.
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        Pass(TimeSpan.FromMinutes(2));
        Assert.That(
            Logs.GetSnapshot().Single(record => record.Id.Id == 203).Message,
            Does.Contain(guard.ReservationId!).And.Contain(next)
        );
    }

    /// <summary>A client whose beats never arrive.</summary>
    private CyclesClient NewLosing(LeasePolicy policy)
    {
        Authority.Always(Operation.Extend, Fault.LostBefore);
        return NewClient(options => options.LeasePolicy = policy);
    }
}
