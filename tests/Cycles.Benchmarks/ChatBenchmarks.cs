using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.AI;

namespace Cycles.Benchmarks;

/// <summary>
/// A model call with three messages and four tools, bare and guarded, whole and streamed, on an authority that is new
/// every 20,000 calls. The model takes no time, so the difference is the guard.
/// </summary>
[MemoryDiagnoser]
public class ChatBenchmarks : IDisposable
{
    private const int Calls = 20_000;
    private const int Streams = 20;
    private const int Updates = 1_000;

    private readonly InstantModel _model = new(Updates);

    private readonly List<ChatMessage> _messages =
    [
        new(ChatRole.System, new string('s', 400)),
        new(ChatRole.User, new string('u', 200)),
        new(ChatRole.Assistant, new string('a', 300)),
    ];

    private readonly ChatOptions _options = new()
    {
        ModelId = "gpt-4o",
        MaxOutputTokens = 500,
        Tools =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(i =>
                    AIFunctionFactory.Create((string city, int days) => city + days, $"tool_{i}", "Looks up.")
                ),
        ],
    };

    private CyclesClient _cycles = null!;
    private IChatClient _guarded = null!;

    [IterationSetup]
    public void NewAuthority()
    {
        _cycles = new CyclesClient(Ledgers.Open(), new() { Subject = Ledgers.Bot });
        _guarded = _model.WithCycles(_cycles, options => options.Prices.Add("gpt-4o*", 2.5m, 10, 1.25m));
    }

    [IterationCleanup]
    public void Dispose()
    {
        _cycles.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public Task BareCall() => CallAsync(_model);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task GuardedCall() => CallAsync(_guarded);

    [Benchmark(OperationsPerInvoke = Streams * Updates)]
    public Task BareUpdate() => StreamAsync(_model);

    [Benchmark(OperationsPerInvoke = Streams * Updates)]
    public Task GuardedUpdate() => StreamAsync(_guarded);

    private async Task CallAsync(IChatClient client)
    {
        for (var i = 0; i < Calls; i++)
        {
            await client.GetResponseAsync(_messages, _options);
        }
    }

    private async Task StreamAsync(IChatClient client)
    {
        for (var i = 0; i < Streams; i++)
        {
            await foreach (var update in client.GetStreamingResponseAsync(_messages, _options))
            {
                _ = update;
            }
        }
    }
}
