using System.Diagnostics.CodeAnalysis;

namespace Cycles;

/// <summary>The settler's books: what is open, what waits for its turn, and the one timer that wakes it.</summary>
/// <remarks>Thread-safe. Sends nothing and tells nobody; all times are on its own monotonic clock.</remarks>
internal sealed class SettlementQueue(TimeProvider time, RetrySchedule schedule, Action wake)
{
    /// <summary>An authority that comes back after an outage is not to be met by everything at once.</summary>
    private const int MostAtOnce = 16;

    private readonly object _gate = new();
    private readonly HashSet<SpendSettlement> _open = [];
    private readonly PriorityQueue<SpendSettlement, TimeSpan> _waiting = new();
    private readonly long _start = time.GetTimestamp();
    private ITimer? _timer;
    private TimeSpan? _armed;
    private TaskCompletionSource? _idle;
    private int _running;
    private int _busy;
    private int _settled;
    private int _replayed;
    private int _rejected;
    private volatile bool _stopped;

    public bool IsStopped => _stopped;

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>How long the oldest open one is known; zero when nothing is open.</summary>
    public TimeSpan OldestAge
    {
        get
        {
            lock (_gate)
            {
                return _open.Count == 0 ? TimeSpan.Zero : Now - _open.Min(spend => spend.OpenSince);
            }
        }
    }

    /// <summary>Counts a settlement as open from now on.</summary>
    public void Track(SpendSettlement spend)
    {
        lock (_gate)
        {
            if (!_stopped)
            {
                Open(spend);
            }
        }
    }

    /// <summary>Takes in what was left behind, to be tried as soon as the server allows.</summary>
    /// <param name="spend">What was found.</param>
    /// <param name="age">How long it is known.</param>
    /// <param name="floor">How long the server still wants to wait.</param>
    public void Adopt(SpendSettlement spend, TimeSpan age, TimeSpan floor)
    {
        lock (_gate)
        {
            if (!_stopped)
            {
                Open(spend);
                spend.OpenSince = Now - age;
                spend.NotBefore = Now + floor;
                Wait(spend, spend.NotBefore);
            }
        }
    }

    /// <summary>It is settled, or refused for good.</summary>
    /// <returns>Whether this is news: false when its loss was reported at the stop.</returns>
    public bool Close(SpendSettlement spend, bool settled)
    {
        lock (_gate)
        {
            if (_open.Remove(spend))
            {
                ClientTelemetry.Pending(-1);
            }

            if (settled)
            {
                _settled++;
                _replayed += spend.IsReplayed ? 1 : 0;
            }
            else
            {
                _rejected++;
            }

            SignalIdle();
            return !spend.IsGivenUp;
        }
    }

    /// <summary>It is to be tried again, by the schedule and not before the server allows.</summary>
    /// <returns>False when nothing is tried any more, it is not kept, and its loss has not been reported yet.</returns>
    public bool Postpone(SpendSettlement spend)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return !spend.TryGiveUp();
            }

            Open(spend);
            spend.NotBefore = Now + RetrySchedule.Floor(spend.RetryAfter);
            var due = Now + schedule.Delay(spend.Retries, spend.LastOutcome);
            Wait(spend, Later(due, spend.NotBefore));
            return true;
        }
    }

    /// <summary>Takes what is due now; else sets the timer for what comes next.</summary>
    public bool TryTakeDue([NotNullWhen(true)] out SpendSettlement? spend)
    {
        lock (_gate)
        {
            if (_stopped || _running == MostAtOnce || !_waiting.TryPeek(out spend, out var due))
            {
                spend = null;
                return false;
            }

            if (Arm(due))
            {
                spend = null;
                return false;
            }

            _waiting.Dequeue();
            _running++;
            return true;
        }
    }

    /// <summary>What was taken has run.</summary>
    public void Return()
    {
        lock (_gate)
        {
            _running--;
        }
    }

    /// <summary>A drain waits for something else too: a release, or the search for what was left behind.</summary>
    public void BeginWork()
    {
        lock (_gate)
        {
            _busy++;
        }
    }

    public void EndWork()
    {
        lock (_gate)
        {
            _busy--;
            SignalIdle();
        }
    }

    /// <summary>Makes due what waits only because of the schedule.</summary>
    public void HurryUp()
    {
        lock (_gate)
        {
            var waiting = _waiting.UnorderedItems.ToArray();
            _waiting.Clear();
            foreach (var (spend, _) in waiting)
            {
                _waiting.Enqueue(spend, Later(Now, spend.NotBefore));
            }
        }
    }

    /// <summary>Completes once nothing is open.</summary>
    public Task WhenIdle()
    {
        lock (_gate)
        {
            if (_stopped || (_open.Count == 0 && _busy == 0))
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>How many of those that were open were settled, and how many refused, since the beginning; and what is open.</summary>
    public FlushResult Count()
    {
        lock (_gate)
        {
            return new FlushResult
            {
                Settled = _settled,
                Replayed = _replayed,
                Rejected = _rejected,
                Pending = _open.Count,
            };
        }
    }

    /// <summary>Ends everything.</summary>
    /// <returns>How much is open and kept, and what is lost. What is being written down says later which of both it is.</returns>
    public (int Kept, IReadOnlyList<SpendSettlement> Lost) Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            SpendSettlement[] left = [.. _open];
            SpendSettlement[] lost = [.. left.Where(static spend => spend.TryGiveUp())];
            ClientTelemetry.Pending(-left.Length);
            ClientTelemetry.Forget(this);
            _open.Clear();
            _waiting.Clear();
            _timer?.Dispose();
            _idle?.TrySetResult();
            return (left.Count(static spend => spend.IsKept), lost);
        }
    }

    private void Open(SpendSettlement spend)
    {
        if (_open.Add(spend))
        {
            ClientTelemetry.Pending(1);
            spend.WasOpen = true;
            spend.OpenSince = Now;
            if (_open.Count == 1)
            {
                ClientTelemetry.Watch(this);
            }
        }
    }

    /// <summary>
    /// Once it is known that something waits, its timer is set: whoever moves the clock after that must not be too early.
    /// </summary>
    private void Wait(SpendSettlement spend, TimeSpan due)
    {
        _waiting.Enqueue(spend, due);
        Arm(due);
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void SignalIdle()
    {
        if (_open.Count > 0)
        {
            return;
        }

        ClientTelemetry.Forget(this);
        if (_busy == 0)
        {
            _idle?.TrySetResult();
            _idle = null;
        }
    }

    /// <summary>Sees to it that the timer rings then. One that is set for earlier is left: it costs one look at what waits.</summary>
    /// <returns>False when it is due now.</returns>
    private bool Arm(TimeSpan due)
    {
        var wait = due - Now;
        if (wait <= TimeSpan.Zero)
        {
            return false;
        }

        if (_armed is not { } armed || armed > due)
        {
            _armed = due;
            _timer ??= DetachedTimer.New(time, static queue => ((SettlementQueue)queue!).Ring(), this);

            // Timers count whole milliseconds; rounding down would wake it too early, again and again.
            _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }

        return true;
    }

    private void Ring()
    {
        lock (_gate)
        {
            _armed = null;
        }

        wake();
    }
}
