using BenchmarkDotNet.Attributes;

namespace Cycles.Benchmarks;

/// <summary>One reserve and its commit over three budgeted scopes, on an authority that is new every 100,000 pairs.</summary>
[MemoryDiagnoser]
public class PairBenchmarks
{
    private const int Pairs = 100_000;

    private readonly string[] _keys = Ledgers.Keys(2 * Pairs);
    private ICyclesAuthority _authority = null!;

    [IterationSetup]
    public void NewAuthority() => _authority = Ledgers.Open();

    [Benchmark(OperationsPerInvoke = Pairs)]
    public async Task ReserveAndCommit()
    {
        for (var i = 0; i < Pairs; i++)
        {
            var id = await Ledgers.HoldAsync(_authority, _keys[2 * i]);
            await Ledgers.CommitAsync(_authority, id, _keys[(2 * i) + 1]);
        }
    }
}
