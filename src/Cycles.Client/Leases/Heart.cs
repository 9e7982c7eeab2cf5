using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>
/// Keeps the holds of all guards of a client alive: one queue and one timer, and no thread. Beats run side by side on
/// the timer's time, never on a caller's.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Heart
{
    /// <summary>Guards that were opened together beat together, and must not meet the authority all at once.</summary>
    private const int MostAtOnce = 128;

    /// <summary>
    /// Nor may the last of them wait for an authority that is slow: each time that the first in the queue has waited for so
    /// long, twice as many may be on their way. The least reserve is three seconds, in which that is any number.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly object _gate = new();
    private readonly LeaseAlarm _alarm;
    private readonly LeaseReporter _reporter;
    private readonly int _maxExtensions;
    private int _running;
    private bool _stopped;

    public Heart(CyclesClientOptions options, ILogger log)
    {
        Clock = options.TimeProvider ?? TimeProvider.System;
        _alarm = new LeaseAlarm(Clock, OnTimer);
        _reporter = new LeaseReporter(log);
        _maxExtensions = options.MaxExtensions;
    }

    public TimeProvider Clock { get; }

    /// <summary>The time on the clock that all leases share.</summary>
    public TimeSpan Now => _alarm.Now;

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
    public void Extended(Lease lease, in CyclesResponse<ReservationExtendResponse> answer, TimeSpan sent)
    {
        var now = Now;
        Extension extension;
        lock (_gate)
        {
            if (lease.State == LeaseState.Unkept)
            {
                return;
            }

            extension = lease.Extended(answer.Taking(now - sent), now, _maxExtensions);
            if (lease.State != LeaseState.Beating)
            {
                Follow(lease, extension.Plan, now);
                Arm();
            }
        }

        _reporter.Extended(lease, extension);
    }

    /// <summary>An extension that somebody asked for was refused because there is no hold any more.</summary>
    public void FoundLost(Lease lease, CyclesError error)
    {
        lock (_gate)
        {
            if (lease.State == LeaseState.Unkept)
            {
                return;
            }

            var now = Now;
            Follow(lease, lease.Refused(error, now), now);
            Arm();
        }

        if (lease.IsLost)
        {
            _reporter.Lost(lease, error);
        }
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
            while (_alarm.TryPeek(out var lease))
            {
                LetGo(lease);
            }

            _alarm.Stop();
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _alarm.Rang();
        }

        Pump();
    }

    /// <summary>Does what is due. Beats run side by side; each calls back when its end made room for another.</summary>
    private void Pump()
    {
        while (TryTake(out var lease, out var turn, out var plan))
        {
            switch (turn)
            {
                case LeaseTurn.Beat:
                    // Nobody awaits it: it never faults, and what it comes to is in the queue.
                    _ = BeatAsync(lease);
                    break;
                case LeaseTurn.TooLate:
                    _reporter.Stopped(lease, plan);
                    break;
                case LeaseTurn.RanOut:
                    _reporter.Lost(lease, error: null);
                    break;
                default:
                    _reporter.Abandoned(lease);
                    break;
            }
        }
    }

    private bool TryTake([NotNullWhen(true)] out Lease? lease, out LeaseTurn turn, out HeartbeatPlan plan)
    {
        lock (_gate)
        {
            var now = Now;
            if (_stopped || !_alarm.TryPeekDue(now, out lease) || (_running >= MostAtOnce && now - lease.Due < Wait))
            {
                Arm();
                (lease, turn, plan) = (null, default, default);
                return false;
            }

            turn = lease.Turn(now);
            plan = HeartbeatPlan.Ended;
            switch (turn)
            {
                case LeaseTurn.Beat:
                    _alarm.Remove(lease);
                    lease.Beat();
                    _running++;
                    return true;
                case LeaseTurn.TooLate:
                    plan = HeartbeatPlan.Stop(lease.Schedule.LeadMs(now), "no time was left when its turn came");
                    break;
                default:
                    lease.IsLost = turn == LeaseTurn.RanOut;
                    break;
            }

            Follow(lease, plan, now);
            return true;
        }
    }

    private async Task BeatAsync(Lease lease)
    {
        var sent = Now;
        var waited = false;
        CyclesResponse<ReservationExtendResponse> answer = default;
        Exception? unanswered = null;
        try
        {
            var attempt = lease.SendAsync(lease.Unanswered!, CancellationToken.None);
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
        in CyclesResponse<ReservationExtendResponse> answer,
        Exception? unanswered,
        TimeSpan sent
    )
    {
        var now = Now;
        var outcome = unanswered is null ? OutcomeClassifier.Of(answer) : Outcome.Ambiguous;
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

            switch (outcome)
            {
                case Outcome.Succeeded:
                    extension = lease.Extended(answer.Taking(now - sent), now, _maxExtensions);
                    plan = extension.Value.Plan;
                    break;
                case Outcome.Ambiguous or Outcome.Throttled:
                    var wait = answer.Error?.RetryAfter ?? answer.Metadata?.RetryAfter;
                    plan = lease.Schedule.Failed(outcome == Outcome.Throttled, wait, now);
                    break;
                default:
                    plan = lease.Refused(answer.Error!, now);
                    break;
            }

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

    private void LetGo(Lease lease) => Follow(lease, HeartbeatPlan.Ended, default);

    private void Follow(Lease lease, HeartbeatPlan plan, TimeSpan now)
    {
        lease.Follow(plan);
        if (plan.Step == HeartbeatStep.End)
        {
            _alarm.Remove(lease);
        }
        else
        {
            _alarm.Set(lease, Milliseconds.After(now, plan.DelayMs));
        }
    }

    private void Arm()
    {
        if (!_stopped)
        {
            _alarm.Arm(Wait);
        }
    }

    /// <summary>How long the next beat has to wait when it is due, for as many as are on their way.</summary>
    private TimeSpan Wait =>
        _running < MostAtOnce ? TimeSpan.Zero : Patience * (1 + BitOperations.Log2((uint)(_running / MostAtOnce)));
}
