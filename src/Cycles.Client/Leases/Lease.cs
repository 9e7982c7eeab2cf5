using System.Runtime.InteropServices;

namespace Cycles;

/// <summary>
/// What keeps one hold alive, and what is known of its end. The guard and the heart hold it, and it holds the guard only
/// weakly: a guard that nobody has any more is extended no more.
/// </summary>
/// <remarks>What the guard uses is thread-safe; what the heart uses is guarded by the heart's lock.</remarks>
internal sealed class Lease(
    Heart heart,
    ICyclesAuthority authority,
    ReservationCreateRequest request,
    ReservationCreateResponse response,
    LeasePolicy policy
)
{
    private long _expiresAtMs = response.ExpiresAtMs ?? 0;
    private GCHandle _guard;
    private volatile bool _isSettling;

    /// <summary>The hold's id. Where nothing is held there is none, and nothing to keep.</summary>
    public string Id { get; } = response.ReservationId!;

    public CyclesAction Action => request.Action;

    public LeasePolicy Policy => policy;

    /// <summary>The end by the authority's clock, in milliseconds since 1970; 0 where it is not known.</summary>
    public long ExpiresAtMs => Interlocked.Read(ref _expiresAtMs);

    /// <summary>See <see cref="ReservationGuard.LeaseLost"/>.</summary>
    public CancellationToken LostToken => policy == LeasePolicy.Cancel ? heart.LostToken(this) : CancellationToken.None;

    /// <summary>When the heart looks at it next; set by the queue.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>Where it stands in the queue; negative where it does not.</summary>
    public int Place { get; set; } = -1;

    public HeartbeatSchedule Schedule { get; } =
        new(request.TtlMs ?? ReservationCreateRequest.DefaultTtlMs, authority.AttemptTimeout);

    public LeaseState State { get; private set; }

    /// <summary>Whether the hold is lost as far as anybody knows.</summary>
    public bool IsLost { get; set; }

    /// <summary>The beat whose outcome is not known: it is sent again as it is.</summary>
    public ReservationExtendRequest? Unanswered { get; private set; }

    /// <summary>How often it was extended, by beats and by calls.</summary>
    public int Extensions { get; private set; }

    /// <summary>Cancelled when the hold is lost; made for the first who asks.</summary>
    public CancellationTokenSource? Lost { get; set; }

    /// <summary>Keeps it alive for as long as somebody has the guard.</summary>
    public void Keep(ReservationGuard guard, TimeSpan rtt)
    {
        if (Id is not null)
        {
            heart.Keep(this, guard, response, rtt);
        }
    }

    /// <summary>A known amount needs the hold until it is settled, also without the guard; all else needs it no more.</summary>
    public void Begin(SettlementOperation settlement)
    {
        if (settlement is SpendSettlement)
        {
            _isSettling = true;
        }
        else
        {
            End();
        }
    }

    /// <summary>Nobody needs the hold any more. What is known of its loss stays as it is.</summary>
    public void End() => heart.End(this);

    /// <summary>The settlement, saying whether the hold was lost before it.</summary>
    public Settlement Mark(Settlement settlement) =>
        IsLost || (Id is not null && settlement.Outcome == SettlementOutcome.RecoveredAsEvent)
            ? settlement with
            {
                LeaseLost = true,
            }
            : settlement;

    /// <summary>One extension that somebody asked for. Throws as the guard does.</summary>
    public async Task ExtendAsync(ReservationExtendRequest extension, CancellationToken cancellationToken)
    {
        var sent = heart.Now;
        var answer = await SendAsync(extension, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess)
        {
            MoveEnd(answer.Value.ExpiresAtMs);
            heart.Extended(this, answer, sent);
            return;
        }

        if (LeaseRefusal.IsLoss(answer.Error))
        {
            heart.FoundLost(this, answer.Error);
        }

        throw CyclesException.Refused($"Extending reservation {Id}", answer.Error, answer.Metadata);
    }

    /// <summary>One attempt.</summary>
    public ValueTask<CyclesResponse<ReservationExtendResponse>> SendAsync(
        ReservationExtendRequest extension,
        CancellationToken cancellationToken
    ) => Observed.ExtendAsync(heart.Clock, authority, Id, extension, Action, cancellationToken);

    /// <summary>Begins to watch the guard.</summary>
    public void Hold(ReservationGuard guard) => _guard = GCHandle.Alloc(guard, GCHandleType.Weak);

    /// <summary>What it needs, now that it is due.</summary>
    public LeaseTurn Turn(TimeSpan now) =>
        !_isSettling && _guard.Target is null ? LeaseTurn.Abandoned
        : State == LeaseState.RunningOut ? LeaseTurn.RanOut
        : Unanswered is not null && !Schedule.CanRetry(now) ? LeaseTurn.TooLate
        : LeaseTurn.Beat;

    /// <summary>A beat leaves: the one without an answer again, or a new one.</summary>
    public void Beat()
    {
        Unanswered ??= new() { IdempotencyKey = IdempotencyKeys.New(), ExtendByMs = Schedule.TtlMs };
        State = LeaseState.Beating;
    }

    /// <summary>An extension succeeded, of whomever.</summary>
    public Extension Extended(in CyclesResponse<ReservationExtendResponse> answer, TimeSpan now, int maxExtensions)
    {
        var end = answer.Value!;
        MoveEnd(end.ExpiresAtMs);
        var wasClamped = Schedule.IsLeadClamped;
        return new Extension(
            Schedule.Extended(end.RemainingTtlMs, end.ExpiresAtMs, answer.Elapsed, now),
            Schedule.LeadMs(now),
            IsLast: ++Extensions == maxExtensions,
            IsFirstClamped: Schedule.IsLeadClamped && !wasClamped
        );
    }

    /// <summary>An extension was refused, of whomever.</summary>
    public HeartbeatPlan Refused(CyclesError error, TimeSpan now)
    {
        if (!LeaseRefusal.IsLoss(error))
        {
            return HeartbeatPlan.Stop(Schedule.LeadMs(now), "the authority refused");
        }

        // A commit that was faster than the extension has finished the reservation, and nothing is lost.
        IsLost = !(_isSettling && error.Code == ErrorCode.ReservationFinalized);
        return HeartbeatPlan.Ended;
    }

    public void Follow(HeartbeatPlan plan)
    {
        if (plan.Step != HeartbeatStep.Retry)
        {
            Unanswered = null;
        }

        State = plan.Step switch
        {
            HeartbeatStep.End => LeaseState.Unkept,
            HeartbeatStep.Stop => LeaseState.RunningOut,
            _ => LeaseState.Waiting,
        };
        if (State == LeaseState.Unkept && _guard.IsAllocated)
        {
            _guard.Free();
        }
    }

    /// <summary>Extensions only move the end outward, and their answers may overtake each other.</summary>
    private void MoveEnd(long expiresAtMs)
    {
        var known = ExpiresAtMs;
        while (known < expiresAtMs)
        {
            var found = Interlocked.CompareExchange(ref _expiresAtMs, expiresAtMs, known);
            if (found == known)
            {
                return;
            }

            known = found;
        }
    }
}
