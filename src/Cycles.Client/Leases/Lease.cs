using System.Runtime.InteropServices;

namespace Cycles;

/// <summary>
/// What keeps one hold alive, and what is known of its end. The guard and the heart hold it, and it holds the guard only
/// weakly: a guard that nobody has any more is extended no more.
/// </summary>
/// <remarks>Thread-safe for the guard; what the heart uses is guarded by the heart's lock.</remarks>
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

    public ICyclesAuthority Authority => authority;

    /// <summary>The hold's id. A lease without one is never kept.</summary>
    public string Id { get; } = response.ReservationId!;

    public CyclesAction Action => request.Action;

    public LeasePolicy Policy => policy;

    /// <summary>The end by the authority's clock, in milliseconds since 1970; 0 where it is not known.</summary>
    public long ExpiresAtMs => Interlocked.Read(ref _expiresAtMs);

    public LeaseState State { get; private set; }

    /// <summary>Whether the hold is lost as far as anybody knows.</summary>
    public bool IsLost { get; set; }

    /// <summary>When it needs attention next; set by the queue.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>Where it stands in the queue; negative where it does not.</summary>
    public int Place { get; set; } = -1;

    public HeartbeatSchedule Schedule { get; } =
        new(request.TtlMs ?? ReservationCreateRequest.DefaultTtlMs, authority.AttemptTimeout);

    /// <summary>The beat whose outcome is not known: it is sent again as it is.</summary>
    public ReservationExtendRequest? Unanswered { get; set; }

    /// <summary>How often it was extended, beats and calls together.</summary>
    public int Extensions { get; set; }

    /// <summary>Cancelled when the hold is lost; made for the first who asks.</summary>
    public CancellationTokenSource? Lost { get; set; }

    /// <summary>A known amount is on its way: the lease is kept until it is settled, also without the guard.</summary>
    public bool IsSettling => _isSettling;

    /// <summary>Whether anybody still needs the hold.</summary>
    public bool IsNeeded => _isSettling || _guard.Target is not null;

    /// <summary>See <see cref="ReservationGuard.LeaseLost"/>.</summary>
    public CancellationToken LostToken => policy == LeasePolicy.Cancel ? heart.LostToken(this) : CancellationToken.None;

    /// <summary>Keeps it alive for as long as somebody has the guard.</summary>
    public void Keep(ReservationGuard guard, TimeSpan rtt) => heart.Keep(this, guard, response, rtt);

    /// <summary>A known amount needs the hold until its <see cref="End"/>, all else needs it no more.</summary>
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

    /// <summary>One attempt to move the end, asked for by the guard's owner. Throws as the guard does.</summary>
    public async Task ExtendAsync(ReservationExtendRequest extension, CancellationToken cancellationToken)
    {
        var sent = heart.Now;
        var answer = await Observed
            .ExtendAsync(authority, Id, extension, Action, cancellationToken)
            .ConfigureAwait(false);
        if (!answer.IsSuccess)
        {
            heart.ExtendRefused(this, answer.Error);
            throw CyclesException.Refused($"Extending reservation {Id}", answer.Error, answer.Metadata);
        }

        heart.Extended(this, answer, sent);
    }

    /// <summary>The settlement, saying whether the hold was lost before it.</summary>
    public Settlement Mark(Settlement settlement) =>
        IsLost || (Id is not null && settlement.Outcome == SettlementOutcome.RecoveredAsEvent)
            ? settlement with
            {
                LeaseLost = true,
            }
            : settlement;

    /// <summary>Extensions only move the end outward, and their answers may overtake each other.</summary>
    public void MoveEnd(long expiresAtMs)
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

    public void Hold(ReservationGuard guard) => _guard = GCHandle.Alloc(guard, GCHandleType.Weak);

    public void Move(LeaseState state)
    {
        State = state;
        if (state == LeaseState.Unkept && _guard.IsAllocated)
        {
            _guard.Free();
        }
    }
}
