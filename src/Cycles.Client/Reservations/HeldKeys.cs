using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Cycles;

/// <summary>
/// Which keys of the caller's have a hold that a guard uses, or that its amount still needs. A repeat of such a key shares the
/// hold, and would take it from them if it were given back when the repeat is cancelled.
/// </summary>
/// <remarks>Thread-safe. A guard that is gone, and its amount with it, holds nothing here.</remarks>
internal sealed class HeldKeys
{
    private const int Slack = 64;

    /// <summary>One mark for each key, which every request with that key keeps, and so every guard and amount of it.</summary>
    private readonly ConcurrentDictionary<string, WeakReference<object>> _marks = new(StringComparer.Ordinal);

    private readonly ConditionalWeakTable<ReservationCreateRequest, object> _markOf = [];
    private int _untilCleared = Slack;

    public bool Contains(string key) => MarkOf(key) is not null;

    /// <summary>Notes what got a hold. Those of one key come one after the other.</summary>
    public void Add(ReservationCreateRequest request)
    {
        var mark = MarkOf(request.IdempotencyKey);
        if (mark is null)
        {
            mark = new object();
            _marks[request.IdempotencyKey] = new WeakReference<object>(mark);
        }

        _markOf.Add(request, mark);
        if (Interlocked.Decrement(ref _untilCleared) == 0)
        {
            Clear();
        }
    }

    private object? MarkOf(string key) =>
        _marks.TryGetValue(key, out var known) && known.TryGetTarget(out var mark) ? mark : null;

    private void Clear()
    {
        foreach (var entry in _marks)
        {
            if (!entry.Value.TryGetTarget(out _))
            {
                _marks.TryRemove(entry);
            }
        }

        // As many again as are left, so that the sweeps cost each reserve the same however many there are.
        Volatile.Write(ref _untilCleared, _marks.Count + Slack);
    }
}
