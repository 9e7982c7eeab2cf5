namespace Cycles.Client.Tests;

/// <summary>What is settled, reported and refused once the client goes.</summary>
public sealed class DisposalTests : ClientFixture
{
    [Test]
    public async Task No_new_work_is_taken([Values] bool asynchronously)
    {
        await DisposeAsync(asynchronously);

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Client.ReserveAsync(Work, Tokens(1)));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Client.TryReserveAsync(Work, Tokens(1)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Client.DecideAsync(Work, Tokens(1)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Client.EvaluateAsync(Work, Tokens(1)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Client.GetReservationAsync("r"));
        Assert.Throws<ObjectDisposedException>(() => Client.GetBalancesAsync());
        Assert.Throws<ObjectDisposedException>(() => Client.ListReservationsAsync());
        Assert.That(Authority.Count(), Is.Zero);
    }

    [Test]
    public async Task After_the_drain_a_commit_sends_nothing_reports_and_throws([Values] bool asynchronously)
    {
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        await DisposeAsync(asynchronously);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => guard.CommitAsync(Tokens(70)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => guard.CommitAsync(Tokens(70)));
        await guard.DisposeAsync();

        Assert.Multiple(() =>
        {
            Assert.That(Unrecorded.Single().Actual, Is.EqualTo(Tokens(70)));
            Assert.That(Authority.Count(Operation.Commit, Operation.Release), Is.Zero);
        });
        HoldsExpire();
    }

    [Test]
    public async Task After_the_drain_a_guards_end_is_left_to_the_TTL([Values] bool asynchronously)
    {
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        await DisposeAsync(asynchronously);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => guard.ExtendAsync(TimeSpan.FromSeconds(1)));
        await guard.DisposeAsync();
        await guard.ReleaseAsync();

        Assert.That(Authority.Count(Operation.Release, Operation.Extend), Is.Zero);
        Assert.That(Unrecorded, Is.Empty);
        HoldsExpire();
    }

    [Test]
    public async Task After_the_drain_an_event_sends_nothing_reports_and_throws()
    {
        await Client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Client.RecordEventAsync(Work, Tokens(70)));
        Assert.That(Unrecorded.Single().Actual, Is.EqualTo(Tokens(70)));
        Assert.That(Authority.Count(Operation.Event), Is.Zero);
    }

    [Test]
    public async Task DisposeAsync_drains_what_is_pending_and_lets_open_guards_settle_meanwhile()
    {
        Spends(110);
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Blocked(gate));
#pragma warning disable CYC002 // Its scope must not wait for a commit that this test holds up.
        var first = await Client.ReserveAsync(Work, Tokens(100));
        var second = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC002
        var commit = first.CommitAsync(Tokens(70));

        var disposal = Client.DisposeAsync().AsTask();
        Assert.That(disposal.IsCompleted, Is.False);
        Assert.That((await second.CommitAsync(Tokens(40))).Outcome, Is.EqualTo(SettlementOutcome.Committed));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Client.ReserveAsync(Work, Tokens(1)));
        gate.SetResult();
        await disposal;

        Assert.That((await commit).Outcome, Is.EqualTo(SettlementOutcome.Committed));
        Assert.That(Unrecorded, Is.Empty);
    }

    [Test]
    public async Task DisposeAsync_tries_once_more_what_waits_for_its_turn()
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.LostBefore);
        await using (var guard = await Client.ReserveAsync(Work, Tokens(100)))
        {
            await guard.CommitAsync(Tokens(70));
        }

        await Client.DisposeAsync();

        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));
        Assert.That(Unrecorded, Is.Empty);
    }

    [Test]
    public async Task What_is_pending_at_the_end_of_the_drain_is_reported_once()
    {
        Authority.Always(Operation.Commit, Fault.Refused(503, "INTERNAL_ERROR"));
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        await guard.CommitAsync(Tokens(70));

        var disposal = Client.DisposeAsync().AsTask();
        Assert.That(disposal.IsCompleted, Is.False);
        Clock.Advance(TimeSpan.FromSeconds(5));
        await disposal;
        await Client.DisposeAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));

        var spend = Unrecorded.Single();
        Assert.Multiple(() =>
        {
            Assert.That(spend.Outcome, Is.EqualTo(SettlementOutcome.Pending));
            Assert.That(spend.Error!.Status, Is.EqualTo(503));
            Assert.That(spend.Actual, Is.EqualTo(Tokens(70)));
        });
    }

    [Test]
    public async Task Dispose_waits_for_nothing_and_reports_what_is_under_way_once()
    {
        Spends(70);
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Blocked(gate));
#pragma warning disable CYC002 // Its scope must not wait for a commit that this test holds up.
        var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC002
        var commit = guard.CommitAsync(Tokens(70));

        Client.Dispose();
        Assert.That(Unrecorded.Single().Outcome, Is.EqualTo(SettlementOutcome.Pending));

        gate.SetResult();
        Assert.That((await commit).Outcome, Is.EqualTo(SettlementOutcome.Committed));
        Assert.That(Unrecorded, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_first_attempt_that_ends_unsettled_after_the_stop_is_not_lost_silently()
    {
        var gate = NewGate();
        Authority.Always(Operation.Commit, Fault.LostBefore with { Gate = gate.Task });
#pragma warning disable CYC002 // Its scope must not wait for a commit that this test holds up.
        var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC002
        var commit = guard.CommitAsync(Tokens(70));
        Client.Dispose();
        gate.SetResult();

        Assert.That((await commit).Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(Unrecorded, Has.Count.EqualTo(1));
        HoldsExpire();
    }

    [Test]
    public async Task A_drain_waits_for_a_release_under_way()
    {
        var gate = NewGate();
        Authority.Next(Operation.Release, Fault.Blocked(gate));
#pragma warning disable CYC004 // Its release is what the test is about.
        var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        guard.Dispose();

        var disposal = Client.DisposeAsync().AsTask();
        Assert.That(disposal.IsCompleted, Is.False);
        gate.SetResult();
        await disposal;
    }

    private async Task DisposeAsync(bool asynchronously)
    {
        if (asynchronously)
        {
            await Client.DisposeAsync();
        }
        else
        {
            Client.Dispose();
        }
    }
}
