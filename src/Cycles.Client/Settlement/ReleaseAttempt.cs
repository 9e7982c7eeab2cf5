using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>Gives a hold back, with one same-key retry. It never throws: the TTL frees what could not be released.</summary>
internal static class ReleaseAttempt
{
    public static async ValueTask<Settlement> RunAsync(HoldRelease release, ILogger log)
    {
        CyclesError? error = null;
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            try
            {
                var response = await Observed.ReleaseAsync(release).ConfigureAwait(false);
                var outcome = OutcomeClassifier.Of(response);
                if (outcome == Outcome.Succeeded)
                {
                    return release.Done(response.Value!, response.Metadata);
                }

                error = response.Error;
                SettlementLog.ReleaseFailed(
                    log,
                    release.ReservationId!,
                    attempt,
                    outcome,
                    error?.Status,
                    error?.RawCode
                );
                if (outcome is Outcome.Refused or Outcome.Expired or Outcome.Contested or Outcome.Throttled)
                {
                    // The answer is final, or a repeat at once is what the server asked not to have.
                    break;
                }
            }
            catch (Exception e)
            {
                error = null;
                SettlementLog.ReleaseUnanswered(log, release.ReservationId!, attempt, e);
            }
        }

        return release.LeftToItsTtl(error);
    }
}
