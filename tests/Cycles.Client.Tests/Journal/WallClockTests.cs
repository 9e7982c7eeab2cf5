namespace Cycles.Client.Tests;

/// <summary>A clock that is set under a live client: only what is written down for other processes follows it.</summary>
public sealed class WallClockTests : JournalFixture
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private WallClock Wall { get; set; } = null!;

    [SetUp]
    public void MakeClock() => Wall = new WallClock(Clock);

    private CyclesClient StartOnWall() => Start(options => options.TimeProvider = Wall);

    [Test]
    public async Task Leases_hold_and_beat_as_often_as_ever([Values(0, -1, 1)] int days)
    {
        Spends(70);
        var client = StartOnWall();
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        for (var minute = 0; minute < 8; minute++)
        {
            Wall.Step = minute % 2 == 0 ? days * Day : TimeSpan.Zero;
            Pass(TimeSpan.FromMinutes(1));
        }

        Assert.That(Authority.Count(Operation.Extend), Is.EqualTo(8));
        var settlement = await guard.CommitAsync(Tokens(70));
        Assert.That((settlement.Outcome, settlement.LeaseLost), Is.EqualTo((SettlementOutcome.Committed, false)));
    }

    [Test]
    public async Task Retries_come_when_they_would_have_come_and_ages_are_true([Values(-1, 1)] int days)
    {
        Spends(70);
        Authority.Always(Operation.Commit, Fault.LostBefore);
        var client = StartOnWall();
        await CommitAsync(client, 70);
        Wall.Step = days * Day;
        Pass(TimeSpan.FromSeconds(15.4));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(5));
        Wall.Step = -days * Day;
        Pass(TimeSpan.FromSeconds(30.1));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(7));
        Assert.That(client.PendingSettlements.OldestAge, Is.EqualTo(TimeSpan.FromSeconds(45.5)));
        Authority.Always(Operation.Commit, Fault.None);
        await client.FlushAsync(Timeout.InfiniteTimeSpan);
    }

    [Test]
    public async Task The_time_that_a_server_asked_for_is_as_long_as_it_said([Values(-1, 1)] int days)
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.Refused(429, "LIMIT_EXCEEDED", TimeSpan.FromSeconds(50)));
        var client = StartOnWall();
        await CommitAsync(client, 70);
        Wall.Step = days * Day;
        Pass(TimeSpan.FromSeconds(49.9));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
        Pass(TimeSpan.FromSeconds(0.1));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));
    }

    [Test]
    public async Task Records_have_the_wall_time_of_when_they_were_written([Values(-1, 1)] int days)
    {
        Authority.Next(
            Operation.Commit,
            Fault.LostBefore,
            Fault.Refused(429, "LIMIT_EXCEEDED", TimeSpan.FromSeconds(50))
        );
        Spends(70);
        var client = StartOnWall();
        await CommitAsync(client, 70);
        var recorded = Wall.GetUtcNow().ToUnixTimeMilliseconds();
        Wall.Step = days * Day;
        Clock.Advance(TimeSpan.FromMilliseconds(500));
        var record = Kept.Records.Single();
        Assert.Multiple(() =>
        {
            Assert.That(record.RecordedAtMs, Is.EqualTo(recorded), "the first write's, for good");
            Assert.That(record.NotBeforeMs, Is.EqualTo(Wall.GetUtcNow().ToUnixTimeMilliseconds() + 50_000));
        });
        Kill(client);

        // The next process trusts what was written, within bounds.
        var second = StartOnWall();
        var flushing = second.FlushAsync(Timeout.InfiniteTimeSpan);
        await EventuallyAsync(() => second.PendingSettlements.Count == 1, "the record was found");
        Clock.Advance(TimeSpan.FromSeconds(49.9));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));
        Clock.Advance(TimeSpan.FromSeconds(0.1));
        await flushing;
    }
}
