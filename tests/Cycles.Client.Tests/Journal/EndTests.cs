namespace Cycles.Client.Tests;

/// <summary>At the end of a client each amount is either kept for the next start or reported, and never both.</summary>
public sealed class EndTests : JournalFixture
{
    [Test]
    public async Task An_amount_that_is_being_written_is_not_reported_where_the_write_succeeds()
    {
        Spends(70);
        var gate = NewGate();
        Journal.Gate = gate.Task;
        var client = Start();
        var committing = CommitAsync(client, 70);
        Kill(client);
        Assert.That(Unrecorded, Is.Empty, "nobody knows yet");

        gate.SetResult();
        Assert.That((await committing).Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(Kept.Records, Has.Count.EqualTo(1));
        await Start().FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(Unrecorded, Is.Empty);
    }

    [Test]
    public async Task It_is_reported_once_where_the_write_fails()
    {
        var gate = NewGate();
        Journal.Gate = gate.Task;
        Journal.Fault = () => new IOException("No space left on device");
        var client = Start();
        var committing = CommitAsync(client, 70);
        Kill(client);
        gate.SetResult();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => committing);
        Assert.That(Unrecorded.Single().Actual, Is.EqualTo(Tokens(70)));
        Assert.That(Kept.Records, Is.Empty);
        HoldsExpire();
    }

    [Test]
    public async Task So_it_is_where_a_later_write_is_under_way([Values] bool fails)
    {
        Spends(fails ? 0 : 70);
        Authority.Next(Operation.Commit, Fault.LostBefore, Fault.LostBefore);
        var client = Start();
        Journal.Fault = () => new IOException("No space left on device");
        await CommitAsync(client, 70);

        var gate = NewGate();
        Journal.Gate = gate.Task;
        Journal.Fault = fails ? Journal.Fault : null;
        Clock.Advance(TimeSpan.FromSeconds(1));
        Kill(client);
        Assert.That(Unrecorded, Is.Empty, "nobody knows yet");
        gate.SetResult();
        await EventuallyAsync(
            () => Unrecorded.IsEmpty != fails && Kept.Records.Count == (fails ? 0 : 1),
            "it is known"
        );
        if (fails)
        {
            HoldsExpire();
        }
        else
        {
            await Start().FlushAsync(Timeout.InfiniteTimeSpan);
        }
    }

    [Test]
    public async Task What_was_reported_is_not_written_any_more()
    {
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.LostBefore with { Gate = gate.Task });
        var client = Start();
        Journal.Fault = () => new IOException("No space left on device");
        var committing = CommitAsync(client, 70);
        Kill(client);
        Assert.That(Unrecorded.Single().Outcome, Is.EqualTo(SettlementOutcome.Pending));

        Journal.Fault = null;
        gate.SetResult();
        await committing;
        Assert.That(Kept.Records, Is.Empty);
        Assert.That(Unrecorded, Has.Count.EqualTo(1));
        HoldsExpire();
    }

    [Test]
    public async Task A_record_whose_folder_was_not_flushed_is_there_and_so_not_reported()
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.LostBefore);
        var client = Start();
        Journal.OnWritten = () => throw new RecordNotFlushedException(new IOException("Input/output error"));
        await CommitAsync(client, 70);
        Kill(client);
        Assert.That(Unrecorded, Is.Empty);
        Assert.That(Logs.GetSnapshot().Select(log => log.Message), Has.Some.Contains("not a power cut"));
        Assert.That((await Start().FlushAsync(Timeout.InfiniteTimeSpan)).Replayed, Is.EqualTo(1));
    }
}
