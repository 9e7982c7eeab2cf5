using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>One attempt to settle a known amount. It never throws, and never gives up an amount.</summary>
internal static class SpendAttempt
{
    /// <remarks>An expired commit's event, and the questions before and after it, belong to the same attempt.</remarks>
    public static async ValueTask<Settlement> RunAsync(SpendSettlement spend, ILogger log)
    {
        try
        {
            if (spend.Commit is { } commit)
            {
                var response = await Observed.CommitAsync(spend, commit).ConfigureAwait(false);
                var outcome = OutcomeClassifier.Of(response);
                if (outcome == Outcome.Succeeded)
                {
                    return spend.Committed(response.Value!, response.Metadata);
                }

                var unsettled =
                    outcome == Outcome.Expired
                        ? await ExpiredAsync(spend, response.Error!, response.Metadata, log).ConfigureAwait(false)
                        : await UnsettledAsync(spend, outcome, response.Error, response.Metadata, log)
                            .ConfigureAwait(false);
                if (unsettled is not null)
                {
                    return unsettled;
                }

                await SwitchToEventAsync(spend, log).ConfigureAwait(false);
            }

            return await RecordAsync(spend, spend.Event!, log).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it was, the request may have arrived.
            SettlementLog.Unanswered(log, spend.ReservationId, e);
            return spend.Pending(Outcome.Ambiguous, error: null, CyclesResponseMetadata.None);
        }
    }

    /// <summary>
    /// The protocol's code says that nothing was committed. A 410 without it may be a proxy's, about a commit that
    /// arrived, and an event is another operation that the commit's key does not protect: so it is asked for first, and
    /// the 410 counts unless the answer speaks against it.
    /// </summary>
    /// <returns>Null when an event is to take the commit's place.</returns>
    private static async ValueTask<Settlement?> ExpiredAsync(
        SpendSettlement spend,
        CyclesError error,
        CyclesResponseMetadata metadata,
        ILogger log
    )
    {
        if (error.Code != ErrorCode.ReservationExpired)
        {
            var found = await spend
                .Authority.GetReservationAsync(spend.ReservationId!, CancellationToken.None)
                .ConfigureAwait(false);
            if (HoldsSpend(found, spend))
            {
                return spend.AlreadyFinalized(found.Metadata);
            }

            if (found.Value is { Status: ReservationStatus.Committed or ReservationStatus.Released })
            {
                // Somebody finished it otherwise, and a charge beside theirs is not ours to guess.
                return spend.Rejected(error, metadata);
            }

            var asked =
                !found.IsSuccess ? OutcomeClassifier.Of(found.Error)
                : found.Value.Status == ReservationStatus.Expired ? Outcome.Expired
                : Outcome.Ambiguous;
            if (asked is Outcome.Ambiguous or Outcome.Throttled or Outcome.Unauthenticated)
            {
                // It is still active, so that the commit may be on its way, or the question got no answer: nothing is
                // known, and the commit's key is still the right one.
                return await UnsettledAsync(spend, asked, found.Error ?? error, found.Metadata, log)
                    .ConfigureAwait(false);
            }
        }

        return spend.HasFallback ? null : spend.Rejected(error, metadata);
    }

    /// <summary>
    /// Once switched it stays an event: another commit of this hold can't succeed any more. The journal says so before
    /// the event leaves, or a restart would not know that there may be one.
    /// </summary>
    private static async ValueTask SwitchToEventAsync(SpendSettlement spend, ILogger log)
    {
        spend.SwitchToEvent();
        if (spend.Journal is { } journal)
        {
            await journal.KeepAsync(spend).ConfigureAwait(false);
        }

        SettlementLog.SwitchedToEvent(log, spend.ReservationId);
    }

    private static async ValueTask<Settlement> RecordAsync(
        SpendSettlement spend,
        EventCreateRequest request,
        ILogger log
    )
    {
        var response = await Observed.RecordAsync(spend, request).ConfigureAwait(false);

        var outcome = OutcomeClassifier.Of(response);
        if (outcome == Outcome.Succeeded)
        {
            return spend.Recorded(response.Value!, response.Metadata);
        }

        // An event has no lease that could expire, so a 410 here says nothing known.
        outcome = outcome == Outcome.Expired ? Outcome.Unclassified : outcome;
        return await UnsettledAsync(spend, outcome, response.Error, response.Metadata, log).ConfigureAwait(false);
    }

    private static async ValueTask<Settlement> UnsettledAsync(
        SpendSettlement spend,
        Outcome outcome,
        CyclesError? error,
        CyclesResponseMetadata metadata,
        ILogger log
    )
    {
        switch (outcome)
        {
            case Outcome.Refused:
                return spend.Rejected(error, metadata);
            case Outcome.Contested when spend.ReservationId is { } id:
                return await AskAsync(spend, id, log).ConfigureAwait(false) is { } found
                    ? spend.AlreadyFinalized(found)
                    : spend.Rejected(error, metadata);
            case Outcome.Contested:
                return spend.Rejected(error, metadata);
            default:
                SettlementLog.Unsettled(log, spend.ReservationId, outcome, error?.Status, error?.RawCode);
                return spend.Pending(outcome, error, metadata);
        }
    }

    /// <summary>
    /// Somebody finished it before us. Only a reservation that is committed with this very amount holds our spend: an
    /// operator may have released it, and no answer proves nothing.
    /// </summary>
    /// <returns>What came with the proof; null when there is none.</returns>
    private static async ValueTask<CyclesResponseMetadata?> AskAsync(SpendSettlement spend, string id, ILogger log)
    {
        try
        {
            var response = await spend.Authority.GetReservationAsync(id, CancellationToken.None).ConfigureAwait(false);
            return HoldsSpend(response, spend) ? response.Metadata : null;
        }
        catch (Exception e)
        {
            SettlementLog.Unanswered(log, id, e);
            return null;
        }
    }

    private static bool HoldsSpend(in CyclesResponse<ReservationDetail> response, SpendSettlement spend) =>
        response is { IsSuccess: true, Value: { Status: ReservationStatus.Committed } detail }
        && detail.Committed == spend.Actual;
}
