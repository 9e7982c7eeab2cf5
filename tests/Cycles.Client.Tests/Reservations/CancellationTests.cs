namespace Cycles.Client.Tests;

/// <summary>Cancellation stops waiting and never loses money.</summary>
public sealed class CancellationTests : ClientFixture
{
    private static readonly CancellationToken Cancelled = new(canceled: true);

    [Test]
    public async Task A_reserve_with_a_cancelled_token_sends_nothing()
    {
        await Assert.CatchAsync<OperationCanceledException>(async () =>
            await Client.ReserveAsync(Work, Tokens(100), cancellationToken: Cancelled)
        );
        await Assert.CatchAsync<OperationCanceledException>(() =>
            Client.EvaluateAsync(Work, Tokens(100), cancellationToken: Cancelled)
        );
        await Assert.CatchAsync<OperationCanceledException>(() =>
            Client.DecideAsync(Work, Tokens(100), cancellationToken: Cancelled)
        );
        Assert.That(Authority.Count(), Is.Zero);
    }

    [Test]
    public async Task A_reserve_cancelled_after_it_was_sent_is_given_back()
    {
        var gate = NewGate();
        Authority.Next(Operation.Create, Fault.Blocked(gate));
        using var cancellation = new CancellationTokenSource();
        var reserve = Client.ReserveAsync(Work, Tokens(100), cancellationToken: cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => reserve);
        Assert.That(Authority.AnyCancellable(Operation.Create), Is.False);

        gate.SetResult();
        await Client.FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(
            Authority.Requests<ReleaseRequest>(Operation.Release).Single().Reason,
            Is.EqualTo("reserve_cancelled")
        );
    }

    [Test]
    public async Task A_cancelled_reserve_is_repeated_once_with_its_key_where_its_outcome_is_unknown()
    {
        var gate = NewGate();
        Authority.Next(Operation.Create, Fault.LostAfter with { Gate = gate.Task });
        using var cancellation = new CancellationTokenSource();
        var reserve = Client.TryReserveAsync(Work, Tokens(100), cancellationToken: cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => reserve);

        gate.SetResult();
        await Client.FlushAsync(Timeout.InfiniteTimeSpan);

        Assert.That(Keys(Operation.Create), Has.Count.EqualTo(2));
        Assert.That(Keys(Operation.Create).Distinct().Count(), Is.EqualTo(1));
        Assert.That(Authority.Count(Operation.Release), Is.EqualTo(1));
    }

    [Test]
    public async Task A_cancelled_reserve_that_fails_for_good_is_logged_and_faults_nothing()
    {
        var gate = NewGate();
        Authority.Always(Operation.Create, Fault.LostBefore with { Gate = gate.Task });
        using var cancellation = new CancellationTokenSource();
        var reserve = Client.ReserveAsync(Work, Tokens(100), cancellationToken: cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => reserve);

        gate.SetResult();
        await Client.FlushAsync(Timeout.InfiniteTimeSpan);

        Assert.That(Authority.Count(Operation.Release), Is.Zero);
        Assert.That(
            Logs.GetSnapshot().Select(record => record.Message),
            Has.Some.Contains("cancelled reserve was not answered")
        );
    }

    [Test]
    public async Task A_reserve_that_waits_for_its_keys_turn_sends_nothing_once_the_client_is_gone()
    {
        var gate = NewGate();
        Authority.Next(Operation.Create, Fault.Blocked(gate));
        var mine = new ReserveOptions { IdempotencyKey = "mine" };
        var first = Client.ReserveAsync(Work, Tokens(100), mine).AsTask();
        var second = Client.ReserveAsync(Work, Tokens(100), mine).AsTask();

        Client.Dispose();
        gate.SetResult();
        await using var guard = await first;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        Assert.That(Authority.Count(Operation.Create), Is.EqualTo(1));
        HoldsExpire();
    }

    [Test]
    public async Task A_repeat_of_a_cancelled_reserve_never_gets_the_hold_that_goes_back()
    {
        var gate = NewGate();
        Authority.Next(Operation.Create, Fault.Blocked(gate));
        var mine = new ReserveOptions { IdempotencyKey = "mine" };
        using var cancellation = new CancellationTokenSource();
        var reserve = Client.ReserveAsync(Work, Tokens(100), mine, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => reserve);

        var repeat = Client.ReserveAsync(Work, Tokens(100), mine).AsTask();
        Assert.That(Authority.Count(Operation.Create), Is.EqualTo(1), "it waits for what is under way");
        gate.SetResult();

        var refused = await Assert.ThrowsAsync<CyclesException>(() => repeat);
        Assert.That(refused!.Message, Does.Contain("key was used before"));
        Assert.That(Authority.Operations, Is.EqualTo(new[] { Operation.Create, Operation.Release, Operation.Create }));
    }

    [Test]
    public async Task A_repeat_before_the_cancellation_does_not_get_it_either()
    {
        var gate = NewGate();
        Authority.Next(Operation.Create, Fault.Blocked(gate));
        var mine = new ReserveOptions { IdempotencyKey = "mine" };
        using var cancellation = new CancellationTokenSource();
        var reserve = Client.ReserveAsync(Work, Tokens(100), mine, cancellation.Token).AsTask();
        var repeat = Client.ReserveAsync(Work, Tokens(100), mine).AsTask();
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => reserve);
        gate.SetResult();
        await Assert.ThrowsAsync<CyclesException>(() => repeat);
    }

    [Test]
    public async Task A_repeat_that_waits_can_be_cancelled_and_then_sends_nothing()
    {
        var gate = NewGate();
        Authority.Next(Operation.Create, Fault.Blocked(gate));
        var mine = new ReserveOptions { IdempotencyKey = "mine" };
        var reserve = Client.ReserveAsync(Work, Tokens(100), mine).AsTask();
        using var cancellation = new CancellationTokenSource();
        var repeat = Client.ReserveAsync(Work, Tokens(100), mine, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => repeat);
        gate.SetResult();

        await using var guard = await reserve;
        Assert.That((await ReservationAsync(guard.ReservationId))!.Status, Is.EqualTo(ReservationStatus.Active));
        Assert.That(Authority.Count(Operation.Create), Is.EqualTo(1));
        await guard.ReleaseAsync();
    }

    [Test]
    public async Task A_repeat_that_is_cancelled_leaves_the_hold_to_who_has_it([Values] bool isCommitted)
    {
        Spends(70);
        var mine = new ReserveOptions { IdempotencyKey = "mine" };
        await using var guard = await Client.ReserveAsync(Work, Tokens(100), mine);
        if (isCommitted)
        {
            Authority.Next(Operation.Commit, Fault.LostBefore);
            Assert.That((await guard.CommitAsync(Tokens(70))).Outcome, Is.EqualTo(SettlementOutcome.Pending));
        }

        var gate = NewGate();
        Authority.Next(Operation.Create, Fault.Blocked(gate));
        using var cancellation = new CancellationTokenSource();
        var repeat = Client.ReserveAsync(Work, Tokens(100), mine, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => repeat);
        gate.SetResult();
        await Client.FlushAsync(Timeout.InfiniteTimeSpan);

        if (!isCommitted)
        {
            await guard.CommitAsync(Tokens(70));
        }

        Assert.That(Authority.Count(Operation.Release), Is.Zero);
    }

    [Test]
    public async Task A_commit_with_a_cancelled_token_is_sent()
    {
        Spends(70);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        await guard.CommitAsync(Tokens(70), cancellationToken: Cancelled);
        Assert.That(Authority.AnyCancellable(Operation.Commit), Is.False);
    }

    [Test]
    public async Task A_commit_cancelled_while_it_runs_is_settled_all_the_same([Values] bool answerIsLost)
    {
        Spends(70);
        var gate = NewGate();
        Authority.Next(Operation.Commit, (answerIsLost ? Fault.LostAfter : Fault.None) with { Gate = gate.Task });
        using var cancellation = new CancellationTokenSource();
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        var commit = guard.CommitAsync(Tokens(70), cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => commit);

        var disposal = guard.DisposeAsync();
        gate.SetResult();
        await disposal;
        await Client.FlushAsync(TimeSpan.Zero);

        Assert.That(Keys(Operation.Commit).Distinct().Count(), Is.EqualTo(1));
        Assert.That(Authority.Count(Operation.Release), Is.Zero);
    }

    [Test]
    public async Task A_commit_cancelled_while_it_runs_and_then_refused_is_reported()
    {
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Refused(409, "BUDGET_EXCEEDED") with { Gate = gate.Task });
        using var cancellation = new CancellationTokenSource();
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        var commit = guard.CommitAsync(Tokens(70), cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => commit);

        gate.SetResult();
        await guard.DisposeAsync();

        Assert.That(Unrecorded.Single().Error!.Code, Is.EqualTo(ErrorCode.BudgetExceeded));
        Assert.That(Authority.Count(Operation.Release), Is.Zero);
        HoldsExpire();
    }

    [Test]
    public async Task A_release_cancelled_while_it_runs_goes_on()
    {
        var gate = NewGate();
        Authority.Next(Operation.Release, Fault.Blocked(gate));
        using var cancellation = new CancellationTokenSource();
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        var release = guard.ReleaseAsync(cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => release);

        gate.SetResult();
        await Client.FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Tokens(0)));
    }

    [Test]
    public async Task An_event_with_a_cancelled_token_is_sent()
    {
        Spends(70);
        await Client.RecordEventAsync(Work, Tokens(70), cancellationToken: Cancelled);
        Assert.That(Authority.AnyCancellable(Operation.Event), Is.False);
    }

    [Test]
    public async Task A_reserve_cut_short_below_the_client_does_not_look_cancelled()
    {
        Authority.Always(Operation.Create, Fault.Throws(new TaskCanceledException("a timeout")));
        var thrown = await Assert.ThrowsAsync<CyclesTransportException>(async () =>
            await Client.ReserveAsync(Work, Tokens(100))
        );
        Assert.That(thrown!.InnerException, Is.InstanceOf<TaskCanceledException>());
        Assert.That(Authority.Count(Operation.Create), Is.EqualTo(2));
    }
}
