using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>
/// A hold on a budget for one action: commit what the action really cost, or let the scope end and the hold goes back.
/// </summary>
/// <remarks>
/// <para>
/// It is settled once: by the first <see cref="CommitAsync"/>, <see cref="ReleaseAsync"/> or dispose. Once an amount is
/// known nothing releases it: a commit that gets no answer goes on in the background with the same idempotency key.
/// </para>
/// <para>
/// The hold is kept for as long as somebody has the guard: the client extends it in the background by its TTL (60 s by
/// default). With a server's default of 10 extensions one guard protects about 11 minutes. A guard that nobody has any
/// more is extended no more, and its TTL frees the hold.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class ReservationGuard : IAsyncDisposable, IDisposable
{
    private readonly ICyclesAuthority _authority;
    private readonly SpendJournal? _journal;
    private readonly Settler _settler;
    private readonly Lease _lease;
    private readonly ILogger _log;
    private readonly ReservationCreateRequest _request;
    private readonly ReservationCreateResponse _response;
    private readonly WhenActualIsMissing _whenActualIsMissing;
    private readonly ShadowCall? _shadow;

    /// <summary>The whole state machine: null while open, then the only settlement there will ever be.</summary>
    private SettlementOperation? _settlement;

    private volatile MissedCommit? _missed;

    internal ReservationGuard(
        ICyclesAuthority authority,
        SpendJournal? journal,
        Settler settler,
        Lease lease,
        ILogger log,
        ReservationCreateRequest request,
        ReservationCreateResponse response,
        CyclesResponseMetadata metadata,
        WhenActualIsMissing whenActualIsMissing,
        ShadowCall? shadow = null
    )
    {
        _shadow = shadow;
        _authority = authority;
        _journal = journal;
        _settler = settler;
        _lease = lease;
        _log = log;
        _request = request;
        _response = response;
        _whenActualIsMissing = whenActualIsMissing;
        Metadata = metadata;
    }

    /// <summary>
    /// The hold's id; null where nothing is held because the reserve failed open
    /// (<see cref="CyclesClientOptions.FailOpen"/>): its commit is recorded as an event, and its release does nothing. Null
    /// in shadow mode too (<see cref="ShadowReport"/>), where neither reaches the authority.
    /// </summary>
    public string? ReservationId => _response.ReservationId;

    /// <summary>
    /// <see cref="Decision.Allow"/>, or <see cref="Decision.AllowWithCaps"/> with <see cref="Caps"/>. In shadow mode what
    /// the authority would have said, <see cref="Decision.Deny"/> included.
    /// </summary>
    public Decision Decision => _response.Decision;

    /// <summary>The limits to keep within; null when there are none, and in shadow mode.</summary>
    public Caps? Caps => _response.Caps;

    /// <summary>
    /// In shadow mode, why the action would not have been allowed to run; null where it would have, and outside that mode.
    /// </summary>
    public Denial? ShadowDenial => _shadow?.Denial;

    /// <summary>When the hold ends by the authority's clock, where it said; later after an extension.</summary>
    public DateTimeOffset? ExpiresAt =>
        _lease.ExpiresAtMs is var end and > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null;

    /// <summary>Every scope derived from the subject, root first.</summary>
    public IReadOnlyList<string> AffectedScopes => _response.AffectedScopes;

    /// <summary>Who acts, and for whom, as it was sent.</summary>
    public Subject Subject => _request.Subject;

    /// <summary>What the hold is for.</summary>
    public CyclesAction Action => _request.Action;

    /// <summary>What is held.</summary>
    public Amount Estimate => _request.Estimate;

    /// <summary>What came with the answer to the reserve: ids, the tenant, rate limits.</summary>
    public CyclesResponseMetadata Metadata { get; }

    /// <summary>
    /// Cancelled when the hold is lost under <see cref="LeasePolicy.Cancel"/>; under the other policies never.
    /// </summary>
    public CancellationToken LeaseLost => _lease.LostToken;

    /// <summary>For messages.</summary>
    private string Id => _response.ReservationId ?? "(none)";

    /// <summary>Charges what the action really cost and frees the rest (protocol operation <c>commitReservation</c>).</summary>
    /// <param name="actual">What it cost, 0 or more, in the unit of <see cref="Estimate"/>.</param>
    /// <param name="metrics">What is worth keeping beside the amount; copied.</param>
    /// <param name="metadata">Free data to keep with it; copied.</param>
    /// <param name="cancellationToken">Stops the wait. The settlement runs all the same.</param>
    /// <returns>
    /// What the first attempt came to: Committed, RecoveredAsEvent (the hold had expired), AlreadyFinalized, or Pending
    /// (it goes on in the background); Shadowed in shadow mode, where nothing is sent.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The amount, the metrics or the metadata are not valid. Nothing is sent and the guard stays open for a correct
    /// commit; if none comes, the end of the scope settles what is known: the amount, else the estimate.
    /// </exception>
    /// <exception cref="InvalidOperationException">It is settled already; nothing is sent.</exception>
    /// <exception cref="ObjectDisposedException">
    /// The guard's scope ended, or the client's drain; nothing is sent. In the latter case
    /// <see cref="CyclesClientOptions.OnSpendUnrecorded"/> is told; where the journal keeps the amount for the next start,
    /// it is Pending instead.
    /// </exception>
    /// <exception cref="CyclesException">
    /// The settlement was refused for good; <see cref="CyclesException.Settlement"/> says so too, and
    /// <see cref="CyclesClientOptions.OnSpendUnrecorded"/> is told. Or it went well, and the hold had been lost under
    /// <see cref="LeasePolicy.FailOnFinalize"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<Settlement> CommitAsync(
        Amount actual,
        CyclesMetrics? metrics = null,
        IReadOnlyDictionary<string, JsonElement>? metadata = null,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfSettled();
        var spend = NewSpend(NewCommit(actual, metrics, metadata));
        if (!TryBegin(spend))
        {
            throw SettledAlready();
        }

        var settling = _settler.SettleAsync(spend);
        var settlement =
            settling.IsCompleted || !cancellationToken.CanBeCanceled
                ? await settling.ConfigureAwait(false)
                : await settling.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);

        settlement = _lease.Mark(settlement);
        if (settlement.Outcome != SettlementOutcome.Rejected)
        {
            return settlement.LeaseLost && _lease.Policy == LeasePolicy.FailOnFinalize
                ? throw CyclesException.LeaseLost(Id, settlement)
                : settlement;
        }

        throw settlement.Error is { } error
            ? CyclesException.Refused($"Committing {actual} on reservation {Id}", error, settlement)
            : new ObjectDisposedException(
                nameof(CyclesClient),
                $"The client was disposed, so the commit of {actual} on reservation {Id} was not sent. Dispose the client after the last guard, or record the amount later from OnSpendUnrecorded."
            );
    }

    /// <summary>Gives the hold back unused (protocol operation <c>releaseReservation</c>). Does nothing once settled.</summary>
    /// <remarks>
    /// A release that fails is sent once more with the same key, then logged and left to the TTL; it never throws for
    /// that.
    /// </remarks>
    /// <param name="reason">Why, at most 256 characters.</param>
    /// <param name="cancellationToken">Stops the wait. The release runs all the same.</param>
    /// <returns>Completes when the release has ended.</returns>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is too long; the guard stays open.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task ReleaseAsync(string? reason = null, CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _settlement) is not null)
        {
            return;
        }

        var release = NewRelease(reason, byScopeEnd: false);
        if (!TryBegin(release))
        {
            return;
        }

        var releasing = _settler.ReleaseAsync(release);
        if (releasing.IsCompleted)
        {
            await releasing.ConfigureAwait(false);
        }
        else
        {
            await releasing.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Moves the hold's end outward (protocol operation <c>extendReservation</c>). One attempt.</summary>
    /// <param name="by">How far from its present end, 1 ms to 24 h.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Completes when <see cref="ExpiresAt"/> is up to date.</returns>
    /// <exception cref="ArgumentException"><paramref name="by"/> is out of range.</exception>
    /// <exception cref="InvalidOperationException">It is settled already; nothing is sent.</exception>
    /// <exception cref="ObjectDisposedException">
    /// The guard's scope ended, or the client's drain; nothing is sent.
    /// </exception>
    /// <exception cref="CyclesException">
    /// The authority refused: the hold has expired, or was extended as often as the tenant allows.
    /// </exception>
    /// <exception cref="CyclesTransportException">The outcome is unknown.</exception>
    /// <exception cref="OperationCanceledException">The attempt was cancelled.</exception>
    public async Task ExtendAsync(TimeSpan by, CancellationToken cancellationToken = default)
    {
        ThrowIfSettled();
        var request = new ReservationExtendRequest
        {
            IdempotencyKey = IdempotencyKeys.New(),
            ExtendByMs = by.Ticks / TimeSpan.TicksPerMillisecond,
        };
        Arguments.ThrowIf(request.Validate(), nameof(by));
        ObjectDisposedException.ThrowIf(_settler.IsStopped, typeof(CyclesClient));
        cancellationToken.ThrowIfCancellationRequested();
        if (ReservationId is null)
        {
            return; // Nothing is held, so nothing ends.
        }

        await _lease.ExtendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends the guard without waiting: releases an open hold, or settles it where a commit failed on its arguments.
    /// Does nothing once settled, and never throws.
    /// </summary>
    public void Dispose() => _ = EndAsync(ReleaseReasons.GuardDropped);

    /// <summary>
    /// Ends the guard: releases an open hold, or settles it where a commit failed on its arguments, and waits for the
    /// first attempt, also for that of a commit which was not awaited. Never throws.
    /// </summary>
    /// <returns>Completes when the first attempt has ended.</returns>
    public ValueTask DisposeAsync() => new(EndAsync(ReleaseReasons.GuardDropped));

    /// <summary>What the end of a scope does; never throws.</summary>
    internal Task EndAsync(string reason)
    {
        if (Volatile.Read(ref _settlement) is { } begun)
        {
            return begun.FirstAttempt;
        }

        if (_missed is { } missed)
        {
            return EndMissedAsync(missed.Actual, missed.Problem, byScopeEnd: true).AsTask();
        }

        var release = NewRelease(reason, byScopeEnd: true);
        if (!TryBegin(release))
        {
            return _settlement!.FirstAttempt;
        }

        var releasing = _settler.ReleaseAsync(release);
        return releasing.IsCompletedSuccessfully ? Task.CompletedTask : releasing.AsTask();
    }

    /// <summary>Settles what a body returned; throws for a misuse, and never for the settlement.</summary>
    internal async Task<Settlement> ConcludeAsync(Amount? actual)
    {
        var problem = "none was returned";
        if (Volatile.Read(ref _settlement) is null && actual is { } known)
        {
            try
            {
                var spend = NewSpend(NewCommit(known, metrics: null, metadata: null));
                if (TryBegin(spend))
                {
                    return _lease.Mark(await _settler.SettleAsync(spend).ConfigureAwait(false));
                }
            }
            catch (ArgumentException e)
            {
                problem = e.Message;
                actual = null;
            }
        }

        if (Volatile.Read(ref _settlement) is null)
        {
            var missed = _missed;
            await EndMissedAsync(missed?.Actual, problem, byScopeEnd: false).ConfigureAwait(false);
        }

        var settled = _settlement!;
        if (actual is not null)
        {
            throw new InvalidOperationException(
                $"The body settled reservation {Id} itself and returned an actual amount too. Do one of the two: return (Amount?)null after settling. Nothing was sent for the returned amount."
            );
        }

        await settled.FirstAttempt.ConfigureAwait(false);
        return settled.Result is { } result
            ? _lease.Mark(result)
            : throw new InvalidOperationException(
                $"The work of reservation {Id} ran without a usable actual amount ({problem}). Nothing was sent, and the TTL frees the hold. Return the amount, or choose WhenActualIsMissing.CommitEstimate."
            );
    }

    /// <summary>The work ran, so nothing is released: settles the best amount there is, if policy wants that.</summary>
    private async ValueTask EndMissedAsync(Amount? known, string problem, bool byScopeEnd)
    {
        if (known is null && _whenActualIsMissing == WhenActualIsMissing.Surface)
        {
            if (TryBegin(new Abandonment { ByScopeEnd = byScopeEnd }))
            {
                ReservationLog.ActualSurfaced(_log, Id, problem);
            }

            return;
        }

        var actual = known ?? Estimate;
        var commit = new CommitRequest
        {
            IdempotencyKey = NewCommitKey(),
            Actual = actual,
            Metadata = known is null ? Copies.With(data: null, ("actual_source", "estimate")) : null,
        };
        var spend = NewSpend(commit, isEstimate: known is null, byScopeEnd);
        if (TryBegin(spend))
        {
            ReservationLog.ActualMissing(_log, Id, problem, actual);
            await _settler.SettleAsync(spend).ConfigureAwait(false);
        }
        else
        {
            await _settlement!.FirstAttempt.ConfigureAwait(false);
        }
    }

    private CommitRequest NewCommit(
        Amount actual,
        CyclesMetrics? metrics,
        IReadOnlyDictionary<string, JsonElement>? metadata
    )
    {
        try
        {
            return CommitArguments.NewRequest(NewCommitKey(), actual, Estimate, metrics, metadata);
        }
        catch (Exception e)
        {
            // Whoever commits has run the work, so from here on the end of the scope does not release.
            if (_missed?.Actual is null)
            {
                _missed = new MissedCommit(e.Message, CommitArguments.IsUsable(actual, Estimate) ? actual : null);
            }

            throw;
        }
    }

    private string NewCommitKey() =>
        ReservationId is null ? FailedOpen.CommitKey(_request.IdempotencyKey) : IdempotencyKeys.New();

    private SpendSettlement NewSpend(CommitRequest commit, bool isEstimate = false, bool byScopeEnd = false) =>
        new(_authority, ReservationId, _request, commit)
        {
            Clock = _settler.Clock,
            Journal = _journal,
            Lease = _lease,
            Shadow = _shadow,
            ActualIsEstimate = isEstimate,
            ByScopeEnd = byScopeEnd,
        };

    private HoldRelease NewRelease(string? reason, bool byScopeEnd)
    {
        var request = new ReleaseRequest { IdempotencyKey = IdempotencyKeys.New(), Reason = reason };
        Arguments.ThrowIf(request.Validate(), nameof(reason));
        return new HoldRelease(_authority, ReservationId, _request, request)
        {
            Clock = _settler.Clock,
            Shadow = _shadow,
            ByScopeEnd = byScopeEnd,
        };
    }

    private bool TryBegin(SettlementOperation settlement)
    {
        if (Interlocked.CompareExchange(ref _settlement, settlement, null) is not null)
        {
            return false;
        }

        _lease.Begin(settlement);
        return true;
    }

    private void ThrowIfSettled()
    {
        if (Volatile.Read(ref _settlement) is not null)
        {
            throw SettledAlready();
        }
    }

    private InvalidOperationException SettledAlready()
    {
        var settled = _settlement!;
        return settled.ByScopeEnd
            ? new ObjectDisposedException(
                nameof(ReservationGuard),
                $"The scope of reservation {Id} has ended, and it is {settled.Description}. Commit before the guard is disposed. Nothing was sent."
            )
            : new InvalidOperationException(
                $"Reservation {Id} is already {settled.Description}, and a reservation is settled once. Reserve again for another action. Nothing was sent."
            );
    }
}
