namespace Cycles.Client.Tests;

/// <summary>
/// Authorities that fail for long. Nothing is lost, nothing charged twice, no record asks without bounds, and whoever
/// reserves meanwhile is not held up.
/// </summary>
public sealed class OutageTests : JournalFixture
{
    private const int Amounts = 50;
    private const long Each = 7;

    /// <summary>The first attempt, five quick ones, and one every thirty seconds.</summary>
    private const int MostPerHour = 1 + 5 + 120;

    [Test]
    public async Task Down_for_ten_minutes()
    {
        Authority.Always(Operation.Commit, Fault.LostBefore);
        var client = Start();
        await CommitAllAsync(client);
        await PassAsync(client, TimeSpan.FromMinutes(10));
        Authority.Always(Operation.Commit, Fault.None);
        await AssertSettledAsync(client, hours: 1);
    }

    [Test]
    public async Task Throttling_for_an_hour([Values(null, 20, 7_200)] int? retryAfter)
    {
        Authority.Always(
            Operation.Commit,
            Fault.Refused(429, "LIMIT_EXCEEDED", retryAfter is { } wait ? TimeSpan.FromSeconds(wait) : null)
        );
        var client = Start();
        await CommitAllAsync(client);
        await PassAsync(client, TimeSpan.FromHours(1));
        var attempts = Authority.Count(Operation.Commit);
        Authority.Always(Operation.Commit, Fault.None);
        await AssertSettledAsync(client, hours: 2);
        if (retryAfter > 3_600)
        {
            Assert.That(attempts, Is.EqualTo(2 * Amounts), "its time counts, for an hour");
        }
    }

    [Test]
    public async Task A_key_that_is_refused_until_it_changes()
    {
        Authority.Always(Operation.Commit, Fault.Refused(401, "UNAUTHORIZED"));
        var client = Start();
        await CommitAllAsync(client);
        await PassAsync(client, TimeSpan.FromMinutes(30));
        Authority.Always(Operation.Commit, Fault.None);
        await AssertSettledAsync(client, hours: 1);
    }

    [Test]
    public async Task Thirty_per_cent_of_5xx_at_random()
    {
        var chance = new Random(20_260_412);
        Func<Fault> fault = () => chance.Next(100) < 30 ? Fault.Refused(503, "INTERNAL_ERROR") : Fault.None;
        Authority.Always(Operation.Commit, fault);
        Authority.Always(Operation.Event, fault);
        var client = Start();
        await CommitAllAsync(client);
        await PassAsync(client, TimeSpan.FromMinutes(10));
        await AssertSettledAsync(client, hours: 1);
    }

    [Test]
    public async Task Half_of_the_answers_lost_after_they_were_applied([Values] bool restarted)
    {
        var chance = new Random(20_260_412);
        Func<Fault> fault = () => chance.Next(2) == 0 ? Fault.LostAfter : Fault.None;
        Authority.Always(Operation.Commit, fault);
        Authority.Always(Operation.Event, fault);
        var client = Start();
        await CommitAllAsync(client);
        if (restarted)
        {
            Kill(client);
            var second = client = Start();
            await EventuallyAsync(
                () => second.PendingSettlements.Count > 0 || Kept.Records.Count == 0,
                "the journal was read"
            );
        }

        await PassAsync(client, TimeSpan.FromMinutes(10));
        await AssertSettledAsync(client, hours: 1);
    }

    private static async Task CommitAllAsync(CyclesClient client)
    {
        for (var i = 0; i < Amounts; i++)
        {
            await CommitAsync(client, Each);
        }
    }

    /// <summary>Time passes, and now and then somebody reserves.</summary>
    private async Task PassAsync(CyclesClient client, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMinutes(1))
        {
            Pass(TimeSpan.FromMinutes(1));
            await using var attempt = await client.TryReserveAsync(Work, Tokens(1));
            Assert.That(attempt.Guard, Is.Not.Null, "new work goes on");
        }
    }

    private async Task AssertSettledAsync(CyclesClient client, int hours)
    {
        Spends(Amounts * Each);
        for (var i = 0; i < 150 && Kept.Records.Count > 0; i++)
        {
            Pass(TimeSpan.FromSeconds(30));
            await client.FlushAsync(TimeSpan.Zero);
        }

        HoldsExpire();
        var perKey = Keys(Operation.Commit)
            .Concat(Keys(Operation.Event))
            .GroupBy(key => key, StringComparer.Ordinal)
            .Select(requests => requests.Count())
            .ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(Kept.Records, Is.Empty);
            Assert.That(Unrecorded, Is.Empty);
            Assert.That(perKey, Has.Length.EqualTo(Amounts), "one key each");
            Assert.That(perKey, Is.All.LessThanOrEqualTo(hours * MostPerHour + 2));
        });
    }
}
