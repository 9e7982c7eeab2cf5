using System.Diagnostics.CodeAnalysis;

namespace Cycles.Authority;

/// <summary>
/// Answers kept for replay, each for the same length of time, so the oldest is always the first to go. Guarded by the
/// tenant's lock.
/// </summary>
internal sealed class ReplayStore<TRequest, TResponse>(long lifetimeMs) : IFinishedRecords
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long At)> _order = new();

    public long LifetimeMs => lifetimeMs;

    public long OldestAt => _order.TryPeek(out var oldest) ? oldest.At : long.MaxValue;

    public bool TryGet(string key, long now, [NotNullWhen(true)] out Entry? entry)
    {
        if (_entries.TryGetValue(key, out var found) && now - found.At < lifetimeMs)
        {
            entry = found;
            return true;
        }

        entry = null;
        return false;
    }

    /// <summary>Keeps an answer. The caller has evicted what is due, so the key is free.</summary>
    public void Add(string key, TRequest request, TResponse response, long now)
    {
        _entries.Add(key, new Entry(request, response, now));
        _order.Enqueue((key, now));
    }

    public void EvictOldest() => _entries.Remove(_order.Dequeue().Key);

    internal sealed record Entry(TRequest Request, TResponse Response, long At);
}
