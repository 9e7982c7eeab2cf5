using System.Diagnostics.CodeAnalysis;

namespace Cycles;

/// <summary>
/// Leases that wait, and the one timer that rings when the first of them is due. It is set only while one waits.
/// </summary>
/// <remarks>Not thread-safe. All times are on its own monotonic clock.</remarks>
internal sealed class LeaseAlarm(TimeProvider time, Action ring)
{
    /// <summary>What a timer can tell apart.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly LeaseQueue _queue = new();
    private readonly long _start = time.GetTimestamp();
    private ITimer? _timer;
    private TimeSpan? _armed;

    /// <summary>The time; may be read by anybody.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);

    public void Set(Lease lease, TimeSpan due)
    {
        _queue.Remove(lease);
        _queue.Add(lease, due);
    }

    public void Remove(Lease lease) => _queue.Remove(lease);

    /// <summary>The first lease that is due, which stays where it is.</summary>
    public bool TryPeekDue(TimeSpan now, [NotNullWhen(true)] out Lease? lease)
    {
        // A timer's last fraction of a tick is no reason to set it once more.
        if (_queue.TryPeek(out lease) && lease.Due - now < Tick)
        {
            return true;
        }

        lease = null;
        return false;
    }

    public bool TryPeek([NotNullWhen(true)] out Lease? lease) => _queue.TryPeek(out lease);

    /// <summary>It has rung, and is set no more.</summary>
    public void Rang() => _armed = null;

    /// <summary>
    /// Sets the timer for the first lease, and takes it back when there is none. A timer that is set too early is left:
    /// it costs one look at the queue.
    /// </summary>
    /// <param name="late">How long after that nobody could answer it.</param>
    public void Arm(TimeSpan late)
    {
        if (!_queue.TryPeek(out var first))
        {
            if (_armed is not null)
            {
                _armed = null;
                _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            return;
        }

        var due = first.Due + late;
        if (_armed <= due)
        {
            return;
        }

        // Delays are rounded down (protocol), but a timer without one might ring at once, on a caller's time.
        var wait = TimeSpan.FromMilliseconds((due - Now).Ticks / TimeSpan.TicksPerMillisecond);
        wait = wait < LongestWait ? wait : LongestWait;
        _armed = due;
        _timer ??= DetachedTimer.New(time, static ring => ((Action)ring!)(), ring);
        _timer.Change(wait > Tick ? wait : Tick, Timeout.InfiniteTimeSpan);
    }

    public void Stop() => _timer?.Dispose();
}
