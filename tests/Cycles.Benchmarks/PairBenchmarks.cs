using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Cycles.Authority;

namespace Cycles.Benchmarks;

/// <summary>One reserve and its commit over three budgeted scopes, on an authority that is new every 100,000 pairs.</summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Throughput, warmupCount: 3, iterationCount: 12, invocationCount: 1)]
public class PairBenchmarks
{
    private const int Pairs = 100_000;

    private static readonly Subject Bot = new()
    {
        Tenant = "acme",
        Workspace = "prod",
        Agent = "bot",
    };
    private static readonly CyclesAction Action = new("llm.completion", "gpt-4o");
    private static readonly Amount Estimate = Amount.UsdMicrocents(500_000);
    private static readonly Amount Actual = Amount.UsdMicrocents(423_000);

    private ICyclesAuthority _authority = null!;
    private string[] _keys = null!;

    [GlobalSetup]
    public void MakeKeys() => _keys = Enumerable.Range(0, 2 * Pairs).Select(_ => Guid.NewGuid().ToString()).ToArray();

    [IterationSetup]
    public void NewAuthority()
    {
        var authority = new EmbeddedAuthority();
        authority
            .Administer("acme")
            .Budget("tenant:acme", Amount.Usd(1_000_000))
            .Budget("tenant:acme/workspace:prod", Amount.Usd(1_000_000))
            .Budget("tenant:acme/workspace:prod/agent:bot", Amount.Usd(1_000_000));
        _authority = authority.ForTenant("acme");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Pairs)]
    public async Task<long> OnTheAuthority()
    {
        var charged = 0L;
        for (var i = 0; i < Pairs; i++)
        {
            var held = await _authority.CreateReservationAsync(
                new ReservationCreateRequest
                {
                    IdempotencyKey = _keys[2 * i],
                    Subject = Bot,
                    Action = Action,
                    Estimate = Estimate,
                }
            );
            var committed = await _authority.CommitReservationAsync(
                held.Value!.ReservationId!,
                new CommitRequest { IdempotencyKey = _keys[(2 * i) + 1], Actual = Actual }
            );
            charged += committed.Value!.Charged.Value;
        }

        return charged;
    }
}
