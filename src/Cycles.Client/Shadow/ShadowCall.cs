using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>What a guard in shadow mode settles with: nothing on the ledger, a note in the report.</summary>
internal sealed class ShadowCall(
    ShadowReport report,
    ReservationCreateRequest request,
    Denial? denial,
    TimeProvider clock,
    ILogger log
)
{
    public ShadowReport Report => report;

    /// <summary>Why the call would not have run; null when it would have.</summary>
    public Denial? Denial => denial;

    /// <summary>Notes what the call came to, 0 for one that failed. A writer that throws costs no call its result.</summary>
    public void Settle(long actual)
    {
        try
        {
            if (denial is null)
            {
                report.Move(request, actual - request.Estimate.Value);
                return;
            }

            report.Save(
                new ShadowedCall
                {
                    At = clock.GetUtcNow(),
                    Action = request.Action,
                    Subject = request.Subject,
                    Denial = denial,
                    Saved = request.Estimate with { Value = actual },
                }
            );
        }
        catch (Exception e)
        {
            ShadowLog.NotWritten(log, e);
        }
    }
}
