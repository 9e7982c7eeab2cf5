using System.Buffers.Text;
using System.Diagnostics;
using System.Text.Json;

namespace Cycles.Benchmarks;

/// <summary>
/// One of many clients: does lifecycles without a pause, with new keys in the same bytes, and parses what it is answered.
/// </summary>
internal sealed class LoadClient(int worker)
{
    private readonly byte[] _create = HttpRequestBytes.Create(HttpRequestBytes.Key(0, worker));
    private readonly byte[] _commit = HttpRequestBytes.Commit(HttpRequestBytes.Key(0, worker));
    private int _number;

    /// <summary>How long each lifecycle since the last look took, in milliseconds.</summary>
    public List<double> Latencies { get; } = [];

    public async Task RunAsync(BareLifecycle target, long end)
    {
        while (Stopwatch.GetTimestamp() is var start && start < end)
        {
            Count();
            var (held, committed) = await target.RunAsync(_create, _commit);
            Parse(held);
            Parse(committed);
            Latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private static void Parse(byte[] answer)
    {
        using var document = JsonDocument.Parse(answer);
    }

    private void Count()
    {
        _number++;
        Utf8Formatter.TryFormat(_number, HttpRequestBytes.NumberIn(_create).Span, out _, new('D', 8));
        Utf8Formatter.TryFormat(_number, HttpRequestBytes.NumberIn(_commit).Span, out _, new('D', 8));
    }
}
