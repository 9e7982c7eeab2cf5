using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;

namespace Cycles.Benchmarks;

/// <summary>Reserve and commit beside what an application would use instead. What the rivals get wrong, the race proof counts.</summary>
public class RivalBenchmarks : IDisposable
{
    private const int Pairs = 100_000;

    private static readonly string[] Scopes =
    [
        "tenant:acme",
        "tenant:acme/workspace:prod",
        "tenant:acme/workspace:prod/agent:bot",
    ];

    private readonly string[] _keys = Ledgers.Keys(2 * Pairs);
    private ICyclesAuthority _authority = null!;
    private HandMadeBudget _handMade = null!;
    private TokenBucketRateLimiter? _bucket;

    [IterationSetup]
    public void Fresh()
    {
        _bucket?.Dispose();
        _authority = Ledgers.Open();
        _handMade = new HandMadeBudget(long.MaxValue);
        _bucket = new TokenBucketRateLimiter(
            new TokenBucketRateLimiterOptions
            {
                TokenLimit = int.MaxValue,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromDays(1),
                AutoReplenishment = false,
            }
        );
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _bucket?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Pairs)]
    public async Task ReserveAndCommit()
    {
        for (var i = 0; i < Pairs; i++)
        {
            var id = await Ledgers.HoldAsync(_authority, _keys[2 * i]);
            await Ledgers.CommitAsync(_authority, id, _keys[(2 * i) + 1]);
        }
    }

    [Benchmark(OperationsPerInvoke = Pairs)]
    public void DictionaryWithLock()
    {
        for (var i = 0; i < Pairs; i++)
        {
            foreach (var scope in Scopes)
            {
                if (!_handMade.MayRun(scope, Ledgers.Actual.Value))
                {
                    return;
                }
            }

            foreach (var scope in Scopes)
            {
                _handMade.Record(scope, Ledgers.Actual.Value);
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Pairs)]
    public void TokenBucket()
    {
        for (var i = 0; i < Pairs; i++)
        {
            using var lease = _bucket!.AttemptAcquire(1);
            if (!lease.IsAcquired)
            {
                return;
            }
        }
    }
}
