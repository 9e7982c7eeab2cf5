using BenchmarkDotNet.Attributes;

namespace Cycles.Benchmarks;

/// <summary>One reserve and its commit over three budgeted scopes, on an authority that is new every 100,000 pairs.</summary>
[MemoryDiagnoser]
public class PairBenchmarks : IDisposable
{
    private const int Pairs = 100_000;

    private readonly string[] _keys = Ledgers.Keys(2 * Pairs);
    private ICyclesAuthority _authority = null!;
    private CyclesClient _cycles = null!;

    [IterationSetup]
    public void NewAuthority()
    {
        _authority = Ledgers.Open();
        _cycles = new CyclesClient(_authority, new() { Subject = Ledgers.Bot });
    }

    [IterationCleanup]
    public void Dispose()
    {
        _cycles.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Pairs)]
    public async Task ReserveAndCommit()
    {
        for (var i = 0; i < Pairs; i++)
        {
            var id = await Ledgers.HoldAsync(_authority, _keys[2 * i]);
            await Ledgers.CommitAsync(_authority, id, _keys[(2 * i) + 1]);
        }
    }

    [Benchmark(OperationsPerInvoke = Pairs)]
    public async Task ReserveAndCommitThroughClientAndGuard()
    {
        for (var i = 0; i < Pairs; i++)
        {
            await using var guard = await _cycles.ReserveAsync(Ledgers.Action, Ledgers.Estimate);
            await guard.CommitAsync(Ledgers.Actual);
        }
    }
}
