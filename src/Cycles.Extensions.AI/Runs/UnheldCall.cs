using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>A call in shadow mode that a rule on this side would have refused: it runs, and the report learns of it.</summary>
internal sealed class UnheldCall(ShadowReport report, RunRequest request, Denial denial, TimeProvider time, ILogger log)
{
    private int _settled;

    public RunCall Call => request.Call;

    public Amount Estimate => request.Call.Estimate;

    /// <summary>Notes what it came to, 0 for one that failed; once. A report that can't be written stops nobody.</summary>
    public void Settle(Amount actual)
    {
        if (Interlocked.Exchange(ref _settled, 1) != 0)
        {
            return;
        }

        RunLog.WouldBeDeniedHere(log, request.Action.Name, denial.ReasonCode);
        try
        {
            report.Add(
                new ShadowedCall
                {
                    At = time.GetUtcNow(),
                    Action = request.Action,
                    Subject = request.Subject ?? new Subject(),
                    Denial = denial,
                    Saved = actual,
                }
            );
        }
        catch (Exception e)
        {
            RunLog.ReportUnwritten(log, e);
        }
    }
}
