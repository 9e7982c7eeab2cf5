using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.AI;

namespace Cycles.Benchmarks;

/// <summary>
/// A model call, bare and guarded, whole and streamed, on an authority that is new every 20,000 calls. The model takes no
/// time, so the difference is the guard.
/// </summary>
[MemoryDiagnoser]
public class ChatBenchmarks : IDisposable
{
    private const int Calls = 20_000;
    private const int Streams = 20;

    private readonly IChatClient _model = ChatWork.Model;
    private CyclesClient _cycles = null!;
    private IChatClient _guarded = null!;

    [IterationSetup]
    public void NewAuthority()
    {
        _cycles = new CyclesClient(Ledgers.Open(), new() { Subject = Ledgers.Bot });
        _guarded = ChatWork.Guard(_cycles);
    }

    [IterationCleanup]
    public void Dispose()
    {
        _cycles.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public Task BareCall() => ChatWork.CallAsync(_model, Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task GuardedCall() => ChatWork.CallAsync(_guarded, Calls);

    [Benchmark(OperationsPerInvoke = Streams * ChatWork.Updates)]
    public Task BareUpdate() => ChatWork.StreamAsync(_model, Streams);

    [Benchmark(OperationsPerInvoke = Streams * ChatWork.Updates)]
    public Task GuardedUpdate() => ChatWork.StreamAsync(_guarded, Streams);
}
