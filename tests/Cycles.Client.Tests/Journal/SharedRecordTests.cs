namespace Cycles.Client.Tests;

/// <summary>Two amounts for what is charged once: the ledger takes one of them, and nobody is left to guess which.</summary>
public sealed class SharedRecordTests : JournalFixture
{
    private static readonly ReserveOptions Mine = new() { IdempotencyKey = "mine" };

    private static IEnumerable<TestCaseData> Longest()
    {
        yield return new TestCaseData("mine").SetArgDisplayNames("short key");
        yield return new TestCaseData(new string('k', 256)).SetArgDisplayNames("longest key");
    }

    [TestCaseSource(nameof(Longest))]
    public async Task What_failed_open_twice_with_one_key_and_cost_the_same_is_charged_once(string key)
    {
        Spends(70);
        var (first, second) = await ReserveTwiceAsync(Start(Open), new() { IdempotencyKey = key });
        await first.CommitAsync(Tokens(70));
        await second.CommitAsync(Tokens(70));
        Assert.That(Keys(Operation.Event), Has.Count.EqualTo(2).And.All.EqualTo(Keys(Operation.Event)[0]));
        Assert.That(Unrecorded, Is.Empty);
    }

    [Test]
    public async Task Where_it_cost_something_else_the_second_is_refused_and_reported()
    {
        Spends(70);
        var (first, second) = await ReserveTwiceAsync(Start(Open), Mine);
        await first.CommitAsync(Tokens(70));
        var refused = await Assert.ThrowsAsync<CyclesException>(() => second.CommitAsync(Tokens(80)));
        Assert.Multiple(() =>
        {
            Assert.That(refused!.Code, Is.EqualTo(ErrorCode.IdempotencyMismatch));
            Assert.That(Unrecorded.Single().Actual, Is.EqualTo(Tokens(80)));
            Assert.That(JournalRecords.Text(Kept.DeadLetters.Single().CommitBody), Does.Contain("\"amount\":80"));
            Assert.That(Kept.Records, Is.Empty);
        });
    }

    [Test]
    public async Task The_second_never_takes_the_place_of_the_first_in_the_journal([Values(70, 80)] int amount)
    {
        Spends(70);
        Authority.Always(Operation.Event, Fault.LostBefore);
        var client = Start(Open);
        var (first, second) = await ReserveTwiceAsync(client, Mine);
        await first.CommitAsync(Tokens(70));
        await second.CommitAsync(Tokens(amount));
        Assert.That(JournalRecords.Text(Kept.Records.Single().EventFallbackBody), Does.Contain("\"amount\":70"));

        Kill(client);
        Assert.That(
            Unrecorded.Select(spend => spend.Actual),
            Is.EqualTo(amount == 70 ? Array.Empty<Amount>() : [Tokens(amount)]),
            "what is not kept is reported, and the same amount is kept"
        );
        Authority.Always(Operation.Event, Fault.None);
        await Start().FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(Kept.Records, Is.Empty);
    }

    [Test]
    public async Task An_action_does_not_run_again_while_the_cost_of_its_key_is_on_its_way()
    {
        Spends(70);
        Authority.Always(Operation.Create, Fault.LostBefore);
        Authority.Always(Operation.Event, Fault.LostBefore);
        var client = Start(Open);
        await using var guard = await client.ReserveAsync(Work, Tokens(100), Mine);
        await guard.CommitAsync(Tokens(70));

        var refused = await Assert.ThrowsAsync<CyclesException>(async () =>
            await client.ReserveAsync(Work, Tokens(100), Mine)
        );
        Assert.That(refused!.Message, Does.Contain("key was used before"));
        Assert.That(refused, Is.Not.InstanceOf<CyclesTransportException>());
        Authority.Always(Operation.Event, Fault.None);
        await client.FlushAsync(Timeout.InfiniteTimeSpan);
    }

    [Test]
    public async Task Two_guards_of_one_hold_share_a_record_too([Values(70, 80)] int amount)
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.LostAfter, Fault.LostBefore);
        var client = Start();
        await using var first = await client.ReserveAsync(Work, Tokens(100), Mine);
        await using var second = await client.ReserveAsync(Work, Tokens(100), Mine);
        await first.CommitAsync(Tokens(70));
        await second.CommitAsync(Tokens(amount));
        Assert.That(JournalRecords.Text(Kept.Records.Single().CommitBody), Does.Contain("\"amount\":70"));

        await client.FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.Multiple(() =>
        {
            Assert.That(Unrecorded.Select(spend => spend.Actual), Is.EqualTo(amount == 70 ? [] : new[] { Tokens(80) }));
            Assert.That(Kept.Records, Is.Empty);
        });
    }

    private static void Open(CyclesClientOptions options) => options.FailOpen = true;

    private async Task<(ReservationGuard First, ReservationGuard Second)> ReserveTwiceAsync(
        CyclesClient client,
        ReserveOptions options
    )
    {
        Authority.Always(Operation.Create, Fault.LostBefore);
        var first = await client.ReserveAsync(Work, Tokens(100), options);
        return (first, await client.ReserveAsync(Work, Tokens(100), options));
    }
}
