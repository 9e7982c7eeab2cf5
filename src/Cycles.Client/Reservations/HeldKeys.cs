using System.Collections.Concurrent;

namespace Cycles;

/// <summary>
/// Which keys of the caller's have a hold that a guard uses, or that a known amount still needs. A repeat of such a key shares
/// the hold, and would take it from them if it were given back when the repeat is cancelled.
/// </summary>
/// <remarks>Thread-safe. A guard that is gone, and its amount with it, holds nothing here.</remarks>
internal sealed class HeldKeys
{
    private const int Slack = 64;

    /// <summary>What guard and amount alike keep for as long as they are there: what the hold was asked for with.</summary>
    private readonly ConcurrentDictionary<string, WeakReference<ReservationCreateRequest>> _requests = new(
        StringComparer.Ordinal
    );

    private int _untilCleared = Slack;

    public bool Contains(string key) => _requests.TryGetValue(key, out var request) && request.TryGetTarget(out _);

    public void Add(ReservationCreateRequest request)
    {
        _requests[request.IdempotencyKey] = new WeakReference<ReservationCreateRequest>(request);
        if (Interlocked.Decrement(ref _untilCleared) == 0)
        {
            Clear();
        }
    }

    private void Clear()
    {
        foreach (var entry in _requests)
        {
            if (!entry.Value.TryGetTarget(out _))
            {
                _requests.TryRemove(entry);
            }
        }

        // As many again as are left, so that the sweeps cost each reserve the same however many there are.
        Volatile.Write(ref _untilCleared, _requests.Count + Slack);
    }
}
