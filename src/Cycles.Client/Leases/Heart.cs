using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>
/// Keeps the holds of all guards of a client alive: one queue, one timer that is set only while there is something to
/// wait for, and no thread. Beats run side by side on the timer's time, never on a caller's.
/// </summary>
/// <remarks>Thread-safe. All times are on its own monotonic clock.</remarks>
internal sealed class Heart
{
    /// <summary>
    /// Guards that were opened together beat together, and must neither meet the authority all at once nor keep the last
    /// of them waiting for longer than its reserve.
    /// </summary>
    private const int MostAtOnce = 128;

    /// <summary>What a timer can tell apart.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly object _gate = new();
    private readonly LeaseQueue _queue = new();
    private readonly LeaseReporter _reporter;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly int _maxExtensions;
    private ITimer? _timer;
    private TimeSpan? _armed;
    private int _running;
    private bool _stopped;

    public Heart(CyclesClientOptions options, ILogger log)
    {
        _time = options.TimeProvider ?? TimeProvider.System;
        _start = _time.GetTimestamp();
        _maxExtensions = options.MaxExtensions;
        _reporter = new LeaseReporter(log);
    }

    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Keeps a lease from now on.</summary>
    public void Keep(Lease lease, ReservationGuard guard, ReservationCreateResponse response, TimeSpan rtt)
    {
        var received = Now;
        lock (_gate)
        {
            if (!_stopped)
            {
                lease.Hold(guard);
                var plan = lease.Schedule.Created(response.RemainingTtlMs, response.ExpiresAtMs, rtt, received);
                Follow(lease, plan, received);
                Arm();
            }
        }
    }

    /// <summary>Lets a lease go. A beat that is on its way changes nothing any more.</summary>
    public void End(Lease lease)
    {
        lock (_gate)
        {
            LetGo(lease);
            Arm();
        }
    }

    /// <summary>An extension that somebody asked for succeeded: it counts like a beat, and also ends a standstill.</summary>
    public void Extended(Lease lease, CyclesResponse<ReservationExtendResponse> answer, TimeSpan sent)
    {
        var now = Now;
        lease.MoveEnd(answer.Value!.ExpiresAtMs);
        if (OutcomeClassifier.Of(answer) != Outcome.Succeeded)
        {
            return;
        }

        Extension extension;
        lock (_gate)
        {
            if (lease.State == LeaseState.Unkept)
            {
                return;
            }

            extension = Extend(lease, answer, sent, now);
            if (lease.State != LeaseState.Beating)
            {
                Follow(lease, extension.Plan, now);
                Arm();
            }
        }

        _reporter.Extended(lease, extension);
    }

    /// <summary>An extension that somebody asked for was refused: what that says of the hold is true for beats too.</summary>
    public void ExtendRefused(Lease lease, CyclesError error)
    {
        if (!LeaseRefusal.IsLoss(error))
        {
            return;
        }

        lock (_gate)
        {
            if (lease.State == LeaseState.Unkept)
            {
                return;
            }

            lease.IsLost = true;
            LetGo(lease);
            Arm();
        }

        _reporter.Lost(lease, error);
    }

    public CancellationToken LostToken(Lease lease)
    {
        lock (_gate)
        {
            return lease.IsLost ? new CancellationToken(canceled: true) : (lease.Lost ??= new()).Token;
        }
    }

    /// <summary>Keeps nothing any more.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            while (_queue.TryPeek(out var lease))
            {
                LetGo(lease);
            }

            _timer?.Dispose();
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _armed = null;
        }

        Pump();
    }

    /// <summary>Does what is due. Beats run side by side; each calls back when its end made room for another.</summary>
    private void Pump()
    {
        while (TryTake(out var lease, out var turn, out var now))
        {
            switch (turn)
            {
                case LeaseTurn.Beat:
                    // Nobody awaits it: it never faults, and what it comes to is in the queue.
                    _ = BeatAsync(lease);
                    break;
                case LeaseTurn.Abandoned:
                    _reporter.Abandoned(lease);
                    break;
                case LeaseTurn.TooLate:
                    _reporter.Stopped(lease, TooLate(lease, now));
                    break;
                default:
                    _reporter.Lost(lease, error: null);
                    break;
            }
        }
    }

    private bool TryTake(out Lease lease, out LeaseTurn turn, out TimeSpan now)
    {
        lock (_gate)
        {
            now = Now;
            turn = default;
            if (_stopped || _running == MostAtOnce || !_queue.TryPeek(out lease!) || lease.Due - now >= Tick)
            {
                lease = null!;
                Arm();
                return false;
            }

            turn = TurnOf(lease, now);
            switch (turn)
            {
                case LeaseTurn.Beat:
                    lease.Unanswered ??= new()
                    {
                        IdempotencyKey = IdempotencyKeys.New(),
                        ExtendByMs = lease.Schedule.TtlMs,
                    };
                    lease.Move(LeaseState.Beating);
                    _queue.Remove(lease);
                    _running++;
                    break;
                case LeaseTurn.TooLate:
                    Follow(lease, TooLate(lease, now), now);
                    break;
                default:
                    lease.IsLost = turn == LeaseTurn.RanOut;
                    LetGo(lease);
                    break;
            }

            return true;
        }
    }

    private static LeaseTurn TurnOf(Lease lease, TimeSpan now) =>
        !lease.IsNeeded ? LeaseTurn.Abandoned
        : lease.State == LeaseState.RunningOut ? LeaseTurn.RanOut
        : lease.Unanswered is not null && !lease.Schedule.CanRetry(now) ? LeaseTurn.TooLate
        : LeaseTurn.Beat;

    private static HeartbeatPlan TooLate(Lease lease, TimeSpan now) =>
        HeartbeatPlan.Stop(lease.Schedule.LeadMs(now), "its retry waited until no time was left for it");

    private async Task BeatAsync(Lease lease)
    {
        var sent = Now;
        var waited = false;
        CyclesResponse<ReservationExtendResponse> answer = default;
        Exception? unanswered = null;
        try
        {
            var attempt = Observed.ExtendAsync(
                lease.Authority,
                lease.Id,
                lease.Unanswered!,
                lease.Action,
                CancellationToken.None
            );
            waited = !attempt.IsCompleted;
            answer = await attempt.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            unanswered = e;
        }

        Conclude(lease, answer, unanswered, sent);
        if (waited)
        {
            // Else the loop that called goes on by itself; calling it from here would nest as deep as the queue is long.
            Pump();
        }
    }

    /// <summary>Books what a beat came to: the next one, the same again, or none any more.</summary>
    private void Conclude(
        Lease lease,
        CyclesResponse<ReservationExtendResponse> answer,
        Exception? unanswered,
        TimeSpan sent
    )
    {
        var now = Now;
        var outcome = unanswered is null ? OutcomeClassifier.Of(answer) : Outcome.Ambiguous;
        if (outcome == Outcome.Succeeded)
        {
            lease.MoveEnd(answer.Value!.ExpiresAtMs);
        }

        Extension? extension = null;
        HeartbeatPlan plan;
        lock (_gate)
        {
            _running--;
            if (lease.State != LeaseState.Beating || _stopped)
            {
                LetGo(lease);
                return;
            }

            extension = outcome == Outcome.Succeeded ? Extend(lease, answer, sent, now) : null;
            plan = outcome switch
            {
                Outcome.Succeeded => extension!.Value.Plan,
                Outcome.Ambiguous or Outcome.Throttled => lease.Schedule.Failed(
                    outcome == Outcome.Throttled,
                    answer.Error?.RetryAfter ?? answer.Metadata?.RetryAfter,
                    now
                ),
                _ => Refuse(lease, answer.Error!, now),
            };
            Follow(lease, plan, now);
            Arm();
        }

        if (extension is { } extended)
        {
            _reporter.Extended(lease, extended);
        }
        else
        {
            _reporter.Failed(lease, plan, outcome, answer.Error, unanswered);
        }
    }

    private Extension Extend(Lease lease, CyclesResponse<ReservationExtendResponse> answer, TimeSpan sent, TimeSpan now)
    {
        var rtt = answer.Taking(now - sent).Elapsed;
        var wasClamped = lease.Schedule.IsLeadClamped;
        var plan = lease.Schedule.Extended(answer.Value!.RemainingTtlMs, answer.Value.ExpiresAtMs, rtt, now);
        return new Extension(
            plan,
            lease.Schedule.LeadMs(now),
            IsLast: ++lease.Extensions == _maxExtensions,
            IsFirstClamped: lease.Schedule.IsLeadClamped && !wasClamped
        );
    }

    private static HeartbeatPlan Refuse(Lease lease, CyclesError error, TimeSpan now)
    {
        if (!LeaseRefusal.IsLoss(error))
        {
            return HeartbeatPlan.Stop(lease.Schedule.LeadMs(now), "the authority refused");
        }

        // A commit that was faster than the beat has finished the reservation, and nothing is lost.
        lease.IsLost = !(lease.IsSettling && error.Code == ErrorCode.ReservationFinalized);
        return HeartbeatPlan.Ended;
    }

    private void Follow(Lease lease, HeartbeatPlan plan, TimeSpan now)
    {
        if (plan.Step != HeartbeatStep.Retry)
        {
            lease.Unanswered = null;
        }

        _queue.Remove(lease);
        if (plan.Step == HeartbeatStep.End)
        {
            lease.Move(LeaseState.Unkept);
            return;
        }

        lease.Move(plan.Step == HeartbeatStep.Stop ? LeaseState.RunningOut : LeaseState.Waiting);
        _queue.Add(lease, Milliseconds.After(now, plan.DelayMs));
    }

    private void LetGo(Lease lease) => Follow(lease, HeartbeatPlan.Ended, default);

    /// <summary>
    /// Sets the timer for the next lease, and takes it back when there is none. A timer that is set too early is left:
    /// it costs one look at the queue.
    /// </summary>
    private void Arm()
    {
        if (_stopped)
        {
            return;
        }

        if (_running == MostAtOnce || !_queue.TryPeek(out var next))
        {
            if (_armed is not null)
            {
                _armed = null;
                _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            return;
        }

        if (_armed <= next.Due)
        {
            return;
        }

        // Delays are rounded down (protocol), but a timer without one would run its callback under the lock.
        var wait = TimeSpan.FromMilliseconds((next.Due - Now).Ticks / TimeSpan.TicksPerMillisecond);
        _armed = next.Due;
        _timer ??= DetachedTimer.New(_time, static heart => ((Heart)heart!).OnTimer(), this);
        _timer.Change(
            wait < Tick ? Tick
                : wait < LongestWait ? wait
                : LongestWait,
            Timeout.InfiniteTimeSpan
        );
    }
}
