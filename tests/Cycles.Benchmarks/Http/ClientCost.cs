using System.Diagnostics;

namespace Cycles.Benchmarks;

/// <summary>A lifecycle through the client against the same two POSTs of the same bytes, one at a time, in turns.</summary>
internal static class ClientCost
{
    /// <summary>About ten seconds, like the host's.</summary>
    private const int WarmUpRounds = 125;
    private const int Rounds = 40;
    private const int PerRound = 300;

    /// <returns>How many lifecycles ran, and what they cost.</returns>
    public static async Task<(int Lifecycles, ClientCostResult Result)> MeasureAsync(Uri address)
    {
        await using var client = new CyclesClient(
            address,
            HttpHost.ApiKey,
            new CyclesClientOptions { Subject = Ledgers.Bot, JournalEnabled = false } // The journal's cost is apart.
        );
        using var http = BareLifecycle.NewClient();
        var bare = new BareLifecycle(http, address);
        var costs = new List<(RoundCost Client, RoundCost Bare)>(Rounds);
        for (var round = -WarmUpRounds; round < Rounds; round++)
        {
            var keys = Enumerable
                .Range((round + WarmUpRounds) * PerRound, PerRound)
                .Select(i => HttpRequestBytes.Key(i))
                .ToArray();
            var bodies = keys.Select(key =>
                    (Create: HttpRequestBytes.Create(key), Commit: HttpRequestBytes.Commit(key))
                )
                .ToArray();
            RoundCost ours = default;
            if (round % 2 == 0)
            {
                ours = await CostAsync(_ => ThroughClientAsync(client));
            }

            var theirs = await CostAsync(i => bare.RunAsync(bodies[i].Create, bodies[i].Commit, keys[i]));
            if (round % 2 != 0)
            {
                ours = await CostAsync(_ => ThroughClientAsync(client));
            }

            if (round >= 0)
            {
                costs.Add((ours, theirs));
            }
        }

        return (2 * (WarmUpRounds + Rounds) * PerRound, ClientCostResult.Of(costs, PerRound));
    }

    private static async Task ThroughClientAsync(CyclesClient client)
    {
        await using var guard = await client.ReserveAsync(Ledgers.Action, Ledgers.Estimate);
        await guard.CommitAsync(Ledgers.Actual);
    }

    private static async Task<RoundCost> CostAsync(Func<int, Task> lifecycle)
    {
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < PerRound; i++)
        {
            await lifecycle(i);
        }

        var time = Stopwatch.GetElapsedTime(start);
        return new RoundCost(time.TotalMicroseconds, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }
}

internal readonly record struct RoundCost(double Microseconds, long Bytes);

/// <summary>Per lifecycle; ratios are the medians of the rounds' own.</summary>
internal sealed record ClientCostResult(
    double ClientMicroseconds,
    double BareMicroseconds,
    double TimeRatio,
    double ClientBytes,
    double BareBytes,
    double BytesRatio
)
{
    public static ClientCostResult Of(IReadOnlyList<(RoundCost Client, RoundCost Bare)> costs, int perRound) =>
        new(
            Median.Of(costs.Select(cost => cost.Client.Microseconds / perRound)),
            Median.Of(costs.Select(cost => cost.Bare.Microseconds / perRound)),
            Median.Of(costs.Select(cost => cost.Client.Microseconds / cost.Bare.Microseconds)),
            Median.Of(costs.Select(cost => (double)cost.Client.Bytes / perRound)),
            Median.Of(costs.Select(cost => (double)cost.Bare.Bytes / perRound)),
            Median.Of(costs.Select(cost => (double)cost.Client.Bytes / cost.Bare.Bytes))
        );
}
