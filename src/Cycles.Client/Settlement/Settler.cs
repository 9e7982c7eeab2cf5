using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>
/// Settles what is known to be spent. The first attempt runs on the caller's time; what it leaves open goes on here,
/// with the same key, until it is settled or the client's drain ends.
/// </summary>
/// <remarks>Thread-safe. An attempt that completes at once, as in process, takes neither lock nor timer.</remarks>
internal sealed class Settler
{
    /// <summary>The longest that a timer can wait.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(int.MaxValue);

    private readonly SettlementQueue _queue;
    private readonly UnrecordedSpendReporter _reporter;
    private readonly TimeProvider _time;
    private readonly RetrySchedule _schedule;
    private readonly ILogger _log;

    public Settler(CyclesClientOptions options, ILogger log)
    {
        _time = options.TimeProvider ?? TimeProvider.System;
        _log = log;
        _schedule = new RetrySchedule(options);
        _queue = new SettlementQueue(_time, _schedule, Pump);
        _reporter = new UnrecordedSpendReporter(options.OnSpendUnrecorded, log);
    }

    /// <summary>Whether the drain has ended: nothing is sent any more.</summary>
    public bool IsStopped => _queue.IsStopped;

    /// <summary>The client's.</summary>
    public TimeProvider Clock => _time;

    /// <summary>How many amounts are open, and how long the oldest of them is known.</summary>
    public (int Count, TimeSpan OldestAge) Pending => (_queue.Count().Pending, _queue.OldestAge);

    /// <summary>Writes the amount down where there is a journal, and runs the first attempt; never throws.</summary>
    /// <returns>What it came to; Rejected without an error when the drain has ended and nothing was sent or kept.</returns>
    public async ValueTask<Settlement> SettleAsync(SpendSettlement spend)
    {
        if (spend.Shadow is { } shadow)
        {
            shadow.Settle(spend.Actual.Value);
            var noted = SpendSettlement.Shadowed(spend.Actual) with { ActualIsEstimate = spend.ActualIsEstimate };
            spend.End(noted);
            return noted;
        }

        if (spend.Journal is { } journal)
        {
            _queue.Track(spend);
            await journal.KeepAsync(spend).ConfigureAwait(false);
        }

        if (_queue.IsStopped)
        {
            return NeverSent(spend);
        }

        var attempt = SpendAttempt.RunAsync(spend, _log);
        if (!attempt.IsCompleted)
        {
            _queue.Track(spend);
        }

        var settlement = await attempt.ConfigureAwait(false);
        try
        {
            await ConcludeAsync(spend, settlement).ConfigureAwait(false);
        }
        finally
        {
            // Whoever waits for the first attempt must not wait for ever.
            spend.End(settlement);
        }

        if (settlement.Outcome == SettlementOutcome.Pending)
        {
            Pump();
        }

        return settlement;
    }

    /// <summary>Settles what other processes, and clients that are gone, left in a journal. Nobody waits for it but drains.</summary>
    public void Replay(SpendJournal journal, ICyclesAuthority authority)
    {
        _queue.BeginWork();

        // On a thread of its own from the start: reading files must not hold up whoever makes a client.
        ThreadPool.UnsafeQueueUserWorkItem(
            static async state =>
            {
                try
                {
                    await state.Settler.ReplayAsync(state.Journal, state.Authority).ConfigureAwait(false);
                }
                finally
                {
                    state.Settler._queue.EndWork();
                }
            },
            (Settler: this, Journal: journal, Authority: authority),
            preferLocal: false
        );
    }

    /// <summary>Gives a hold back, if there is one; never throws. Once the drain has ended, the TTL does.</summary>
    public async ValueTask<Settlement> ReleaseAsync(HoldRelease release)
    {
        release.Shadow?.Settle(actual: 0);
        var settlement =
            release.ReservationId is null || _queue.IsStopped
                ? release.LeftToItsTtl(error: null)
                : await CountedAsync(ReleaseAttempt.RunAsync(release, _log)).ConfigureAwait(false);
        release.End(settlement);
        return settlement;
    }

    /// <summary>
    /// Lets a create whose caller went away finish, and gives back what it got, save a hold that a known amount waits for. It
    /// never faults, and a drain waits for it.
    /// </summary>
    public Task GiveBackAsync(
        ICyclesAuthority authority,
        SpendJournal? journal,
        ReservationCreateRequest request,
        Task<CyclesResponse<ReservationCreateResponse>> create
    ) => CountedAsync(ReleaseOrphanAsync(authority, journal, request, create)).AsTask();

    /// <summary>
    /// Tries now whatever waits for its turn, save what the server asked to hold back, and waits until nothing is open.
    /// </summary>
    public async Task<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var before = _queue.Count();
        _queue.HurryUp();
        Pump();
        try
        {
            var wait = timeout < LongestWait ? timeout : LongestWait;
            await _queue.WhenIdle().WaitAsync(wait, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The counts say what is left.
        }

        var after = _queue.Count();
        return after with { Settled = after.Settled - before.Settled, Rejected = after.Rejected - before.Rejected };
    }

    /// <summary>Ends everything at once; what is still open stays in the journal, or is reported where none keeps it.</summary>
    public void Stop()
    {
        var (kept, lost) = _queue.Stop();
        ReplayClaims.Release(this);
        if (kept > 0)
        {
            JournalLog.LeftBehind(_log, kept);
        }

        if (lost.Count == 0)
        {
            return;
        }

        SettlementLog.StoppedWithPending(_log, lost.Count);
        foreach (var spend in lost)
        {
            _reporter.Report(spend, SettlementOutcome.Pending, spend.LastError);
        }
    }

    /// <summary>Tries what is due. Attempts run side by side; each calls back when its turn made room for another.</summary>
    private void Pump()
    {
        while (_queue.TryTakeDue(out var spend))
        {
            // Nobody awaits it: it never faults, and what it comes to is in the books.
            _ = RetryAsync(spend);
        }
    }

    private async Task RetryAsync(SpendSettlement spend)
    {
        if (++spend.Retries > 0)
        {
            ClientTelemetry.Retried(spend);
        }

        var retry = TryAgainAsync(spend);
        var waited = !retry.IsCompleted;
        await retry.ConfigureAwait(false);
        _queue.Return();
        if (waited)
        {
            // Else the loop that called goes on by itself; calling it from here would nest as deep as the queue is long.
            Pump();
        }
    }

    private async ValueTask TryAgainAsync(SpendSettlement spend) =>
        await ConcludeAsync(spend, await SpendAttempt.RunAsync(spend, _log).ConfigureAwait(false))
            .ConfigureAwait(false);

    /// <summary>Books what an attempt came to: settled, refused for good, or to be tried again.</summary>
    private async ValueTask ConcludeAsync(SpendSettlement spend, Settlement settlement)
    {
        if (settlement.Outcome == SettlementOutcome.Pending)
        {
            if (spend.Retries == _schedule.QuickRetries)
            {
                SettlementLog.Sweeping(_log, spend.ReservationId, spend.Retries + 1, _schedule.Sweep);
            }

            if (spend.Journal is { } journal)
            {
                await journal.KeepAsync(spend, RetrySchedule.Floor(spend.RetryAfter)).ConfigureAwait(false);
            }

            if (!_queue.Postpone(spend))
            {
                _reporter.Report(spend, SettlementOutcome.Pending, settlement.Error);
            }

            return;
        }

        spend.Lease?.End();
        if (settlement.Outcome == SettlementOutcome.Rejected)
        {
            if (spend.Journal is { } journal)
            {
                await journal.RejectAsync(spend, settlement.Error).ConfigureAwait(false);
            }

            // A drain does not end before the loss is told: the process may end behind it.
            _queue.BeginWork();
            try
            {
                if (_queue.Close(spend, settled: false))
                {
                    _reporter.Report(spend, SettlementOutcome.Rejected, settlement.Error);
                }
            }
            finally
            {
                _queue.EndWork();
            }
        }
        else
        {
            if (spend.Journal is { } journal)
            {
                await journal.RemoveAsync(spend).ConfigureAwait(false);
            }

            if (spend.WasOpen)
            {
                // What settled at once, and has no journal, was never in the books.
                _queue.Close(spend, settled: true);
            }

            if (spend.Retries > 0 || spend.IsReplayed)
            {
                // Whoever made the first attempt has the settlement, and nobody that of a later one.
                SettlementLog.SettledLater(_log, spend.ReservationId, settlement.Outcome, spend.Actual);
            }
        }
    }

    /// <summary>The drain has ended: nothing is sent, but nothing is lost silently either.</summary>
    private Settlement NeverSent(SpendSettlement spend)
    {
        Settlement settlement;
        if (spend.IsKept)
        {
            JournalLog.LeftBehind(_log, 1);
            settlement = spend.Pending(Outcome.Ambiguous, error: null, CyclesResponseMetadata.None);
        }
        else
        {
            settlement = spend.Rejected(error: null, CyclesResponseMetadata.None);
            if (_queue.Close(spend, settled: false))
            {
                _reporter.Report(spend, SettlementOutcome.Rejected, error: null);
            }
        }

        spend.End(settlement);
        return settlement;
    }

    private async ValueTask ReplayAsync(SpendJournal journal, ICyclesAuthority authority)
    {
        try
        {
            if (!ReplayClaims.TryClaim(journal.Place, this))
            {
                return;
            }

            var found = await journal.FindAsync(authority).ConfigureAwait(false);
            if (found.Count == 0)
            {
                return;
            }

            JournalLog.Replaying(_log, found.Count);
            foreach (var spend in found)
            {
                _queue.Adopt(spend, journal.AgeOf(spend.Record!), journal.FloorOf(spend.Record!));
            }

            Pump();
        }
        catch (Exception e)
        {
            // Without a home there is no place, for example; every later write says so too.
            JournalLog.NotRead(_log, e);
        }
    }

    private async ValueTask<Settlement?> ReleaseOrphanAsync(
        ICyclesAuthority authority,
        SpendJournal? journal,
        ReservationCreateRequest request,
        Task<CyclesResponse<ReservationCreateResponse>> create
    )
    {
        try
        {
            var response = await create.ConfigureAwait(false);
            if (
                response.Value?.ReservationId is not { Length: > 0 } id
                || _queue.IsStopped
                || journal?.Holds(id) is true
            )
            {
                return null;
            }

            var release = new ReleaseRequest
            {
                IdempotencyKey = IdempotencyKeys.New(),
                Reason = ReleaseReasons.ReserveCancelled,
            };
            return await ReleaseAttempt
                .RunAsync(new HoldRelease(authority, id, request, release) { Clock = _time }, _log)
                .ConfigureAwait(false);
        }
        catch (Exception e)
        {
            SettlementLog.OrphanUnanswered(_log, e);
            return null;
        }
    }

    /// <summary>Lets drains wait for a release that takes its time.</summary>
    private async ValueTask<T> CountedAsync<T>(ValueTask<T> release)
    {
        if (release.IsCompleted)
        {
            return await release.ConfigureAwait(false);
        }

        _queue.BeginWork();
        try
        {
            return await release.ConfigureAwait(false);
        }
        finally
        {
            _queue.EndWork();
        }
    }
}
