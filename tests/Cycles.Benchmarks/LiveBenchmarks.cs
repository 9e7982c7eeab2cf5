using BenchmarkDotNet.Attributes;

namespace Cycles.Benchmarks;

/// <summary>The same pair while a thousand or a million other reservations of the tenant are live.</summary>
public class LiveBenchmarks
{
    private const int Pairs = 50_000;
    private const long OneHour = 3_600_000;

    private readonly string[] _keys = Ledgers.Keys(2 * Pairs);
    private ICyclesAuthority _authority = null!;
    private int _round;

    [Params(1_000, 1_000_000)]
    public int Live { get; set; }

    [GlobalSetup]
    public async Task Hold()
    {
        _authority = Ledgers.Open();
        foreach (var key in Ledgers.Keys(Live))
        {
            await Ledgers.HoldAsync(_authority, key, OneHour);
        }
    }

    [IterationSetup]
    public void NewKeys() => _round++;

    [Benchmark(OperationsPerInvoke = Pairs)]
    public async Task ReserveAndCommitAmongLive()
    {
        for (var i = 0; i < Pairs; i++)
        {
            // A key of an earlier round would be a replay.
            var id = await Ledgers.HoldAsync(_authority, $"{_keys[2 * i]}{_round}");
            await Ledgers.CommitAsync(_authority, id, _keys[(2 * i) + 1]);
        }
    }
}
