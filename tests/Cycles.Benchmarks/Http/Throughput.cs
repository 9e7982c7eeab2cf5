using System.Diagnostics;

namespace Cycles.Benchmarks;

/// <summary>
/// Fifty clients at once, in slices: against the authority, then against canned answers of the same Kestrel, and again.
/// </summary>
internal static class Throughput
{
    private const int Clients = 50;
    private const int Slices = 8;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(2.5);

    /// <returns>How many lifecycles the authority did, warm-up included, and how fast.</returns>
    public static async Task<(int Lifecycles, ThroughputResult Result)> MeasureAsync(Uri address)
    {
        using var http = BareLifecycle.NewClient();
        var authority = new BareLifecycle(http, address);
        var canned = new BareLifecycle(http, address, HttpHost.Canned);
        var clients = Enumerable.Range(1, Clients).Select(worker => new LoadClient(worker)).ToArray();
        var warm = await RunAsync(clients, authority, WarmUp);
        await RunAsync(clients, canned, WarmUp);

        var slices = new List<(SliceResult Authority, SliceResult Canned)>(Slices);
        for (var i = 0; i < Slices; i++)
        {
            var ours = await RunAsync(clients, authority, Slice);
            slices.Add((ours, await RunAsync(clients, canned, Slice)));
        }

        var lifecycles = warm.Latencies.Length + slices.Sum(slice => slice.Authority.Latencies.Length);
        return (lifecycles, ThroughputResult.Of(slices));
    }

    private static async Task<SliceResult> RunAsync(LoadClient[] clients, BareLifecycle target, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(target, end))));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var latencies = clients.SelectMany(client => client.Latencies).ToArray();
        foreach (var client in clients)
        {
            client.Latencies.Clear();
        }

        return new SliceResult(latencies.Length / seconds, latencies);
    }
}

/// <param name="PerSecond">Lifecycles.</param>
/// <param name="Latencies">Of each, in milliseconds.</param>
internal sealed record SliceResult(double PerSecond, double[] Latencies);

/// <summary>Medians over the slices, except for the latencies, which are of all.</summary>
internal sealed record ThroughputResult(TargetResult Authority, TargetResult Canned, double Ratio)
{
    public static ThroughputResult Of(IReadOnlyList<(SliceResult Authority, SliceResult Canned)> slices) =>
        new(
            TargetResult.Of(slices.Select(slice => slice.Authority).ToArray()),
            TargetResult.Of(slices.Select(slice => slice.Canned).ToArray()),
            Median.Of(slices.Select(slice => slice.Authority.PerSecond / slice.Canned.PerSecond))
        );
}

internal sealed record TargetResult(double PerSecond, double P50, double P99)
{
    public static TargetResult Of(IReadOnlyList<SliceResult> slices)
    {
        var latencies = slices.SelectMany(slice => slice.Latencies).Order().ToArray();
        return new TargetResult(
            Median.Of(slices.Select(slice => slice.PerSecond)),
            Median.Quantile(latencies, 0.5),
            Median.Quantile(latencies, 0.99)
        );
    }
}
