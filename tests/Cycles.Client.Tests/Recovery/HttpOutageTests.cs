using Cycles.RecoveryWorker;

namespace Cycles.Client.Tests;

/// <summary>
/// A real ledger that fails for long, over HTTP and with the journal on disk. Nothing is lost, nothing charged twice, no
/// record asks without bounds, and whoever reserves meanwhile is not held up. Time passes only while nothing is under way:
/// the deadlines of attempts are on the same clock.
/// </summary>
public sealed class HttpOutageTests : ScenarioFixture
{
    private const int Amounts = 12;
    private const long Each = 7;
    private const string Later = """{"error":"LIMIT_EXCEEDED","message":"Later.","request_id":"req_1"}""";

    /// <summary>The first attempt, five quick ones, and one every thirty seconds.</summary>
    private const int MostPerHour = 1 + 5 + 120;

    private readonly Random _chance = new(20_260_412);

    [Test]
    public async Task Down_for_ten_minutes([Values] bool restarted)
    {
        var client = Start(Quiet);
        var guards = await ReserveAsync(client);
        Ledger.Interfere(_ => Interferences.Cut(applied: false));
        await CommitAsync(guards);
        await PassAsync(TimeSpan.FromMinutes(5));
        Assert.That(Records(), Has.Length.EqualTo(Amounts));
        if (restarted)
        {
            client.Dispose();
            client = Start(Quiet);
        }

        await Assert.ThrowsAsync<CyclesTransportException>(async () =>
            await client.ReserveAsync(Work, Amount.Tokens(1))
        );
        await PassAsync(TimeSpan.FromMinutes(5));
        Ledger.Interfere(_ => null);
        await AssertNewWorkGoesOnAsync(client);
        await AssertSettledAsync();
    }

    [Test]
    public async Task Throttled_for_an_hour([Values(null, "20", "7200")] string? retryAfter)
    {
        var client = Start(Quiet);
        var guards = await ReserveAsync(client);
        InterfereWithSettlement(
            retryAfter is null
                ? Interferences.Answer(429, Later)
                : Interferences.Answer(429, Later, headers: ("Retry-After", retryAfter))
        );
        await CommitAsync(guards);
        await PassAsync(TimeSpan.FromMinutes(59), client);
        if (retryAfter == "7200")
        {
            Assert.That(RequestsPerKey(), Is.All.EqualTo(1), "its time counts, for an hour");
        }

        Ledger.Interfere(_ => null);
        await AssertSettledAsync();
    }

    [Test]
    public async Task A_key_that_is_refused_until_it_changes_under_the_running_client()
    {
        const string Rotated = "cyc_test_rotated";
        var key = LedgerServer.ApiKey;
        var client = Start(
            options =>
            {
                Quiet(options);
                options.ApiKeyProvider = (_, _) => new ValueTask<string>(key);
            },
            key: null
        );
        var guards = await ReserveAsync(client);
        Ledger.Keys.Revoke(Ledger.KeyId);
        await CommitAsync(guards);
        await PassAsync(TimeSpan.FromMinutes(10));
        var refused = await Assert.ThrowsAsync<CyclesException>(async () =>
            await client.ReserveAsync(Work, Amount.Tokens(1))
        );
        Assert.That(refused!.Status, Is.EqualTo(401));

        Ledger.Keys.Add(Rotated, LedgerServer.Tenant);
        key = Rotated;
        await AssertNewWorkGoesOnAsync(client);
        await AssertSettledAsync();
        Assert.That(IsOnDisk(Rotated) || IsOnDisk(LedgerServer.ApiKey), Is.False);
    }

    [Test]
    public async Task Thirty_per_cent_of_5xx_at_random_applied_or_not()
    {
        var client = Start(Quiet);
        var guards = await ReserveAsync(client);
        InterfereWithSettlement(() => Chance(30) ? Interferences.Answer(503, "", applied: Chance(50)) : null);
        await CommitAsync(guards.Take(Amounts / 2));
        Ledger.HoldsExpire(); // The others are recorded as events.
        await CommitAsync(guards.Skip(Amounts / 2));
        await PassAsync(TimeSpan.FromMinutes(10), client);
        await AssertSettledAsync();
    }

    [Test]
    public async Task Half_of_the_answers_lost_after_they_were_applied([Values] bool restarted)
    {
        var client = Start(Quiet);
        var guards = await ReserveAsync(client);
        InterfereWithSettlement(() => Chance(50) ? Interferences.Cut(applied: true) : null);
        await CommitAsync(guards.Take(Amounts / 2));
        Ledger.HoldsExpire();
        await CommitAsync(guards.Skip(Amounts / 2));
        if (restarted)
        {
            client.Dispose();
            client = Start(Quiet);
        }

        await PassAsync(TimeSpan.FromMinutes(10), client);
        await AssertSettledAsync();
    }

    /// <summary>The ledger's clock stands still, and beats would come by the client's.</summary>
    private static void Quiet(CyclesClientOptions options) => options.HeartbeatEnabled = false;

    private bool Chance(int percent)
    {
        lock (_chance)
        {
            return _chance.Next(100) < percent;
        }
    }

    private void InterfereWithSettlement(Interference interference) => InterfereWithSettlement(() => interference);

    private void InterfereWithSettlement(Func<Interference?> interference) =>
        Ledger.Interfere(request => request.Operation is "commit" or "event" ? interference() : null);

    private static async Task<List<ReservationGuard>> ReserveAsync(CyclesClient client)
    {
        List<ReservationGuard> guards = [];
        for (var i = 0; i < Amounts; i++)
        {
            guards.Add(await client.ReserveAsync(Work, Amount.Tokens(10)));
        }

        return guards;
    }

    private static async Task CommitAsync(IEnumerable<ReservationGuard> guards)
    {
        foreach (var guard in guards)
        {
            await guard.CommitAsync(Amount.Tokens(Each));
        }
    }

    /// <summary>Time passes, and now and then somebody reserves.</summary>
    private async Task PassAsync(TimeSpan time, CyclesClient? reserving = null)
    {
        var step = TimeSpan.FromSeconds(30);
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            await QuietAsync();
            Clock.Advance(step);
            if (reserving is not null && passed.TotalMinutes % 5 == 0)
            {
                await AssertNewWorkGoesOnAsync(reserving);
            }
        }

        await QuietAsync();
    }

    private static async Task AssertNewWorkGoesOnAsync(CyclesClient client)
    {
        await using var attempt = await client.TryReserveAsync(Work, Amount.Tokens(1));
        Assert.That(attempt.Guard, Is.Not.Null, "new work goes on");
    }

    /// <summary>Completes when the ledger has answered what it was asked, and for a moment nobody asks anything.</summary>
    private async Task QuietAsync()
    {
        int seen;
        do
        {
            seen = Ledger.Requests.Count;
            await Ledger.WhenQuietAsync();
            await Task.Delay(20);
        } while (Ledger.Requests.Count != seen);
    }

    private IEnumerable<int> RequestsPerKey() =>
        Ledger
            .Requests.Where(request => request.Operation is "commit" or "event")
            .GroupBy(request => request.Key, StringComparer.Ordinal)
            .Select(requests => requests.Count());

    private async Task AssertSettledAsync()
    {
        Spends(Amounts * Each);
        for (var i = 0; i < 130 && Records().Length > 0; i++)
        {
            await PassAsync(TimeSpan.FromSeconds(30));
        }

        var perKey = RequestsPerKey().ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(Records(), Is.Empty);
            Assert.That(perKey, Has.Length.EqualTo(Amounts), "one key each");
            Assert.That(perKey, Has.Some.GreaterThan(1), "the fault was met");
            Assert.That(perKey, Is.All.LessThanOrEqualTo(MostPerHour));
            Assert.That(Logs.GetSnapshot().Select(log => log.Message), Has.None.Contains("is unrecorded"));
        });
    }
}
