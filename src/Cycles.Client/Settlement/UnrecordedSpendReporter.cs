using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>Says aloud that money was spent and not recorded: to the log, and to whoever asked to be told.</summary>
internal sealed class UnrecordedSpendReporter(Action<UnrecordedSpend>? callback, ILogger log)
{
    public void Report(SpendSettlement spend, SettlementOutcome outcome, CyclesError? error)
    {
        ClientTelemetry.Unrecorded(spend, error);
        SettlementLog.Unrecorded(log, spend.Actual, spend.ReservationId, outcome, error?.Status, error?.RawCode);
        try
        {
            callback?.Invoke(spend.Unrecorded(outcome, error));
        }
        catch (Exception e)
        {
            // Settlement must go on for the others, and no caller of ours can do anything about it.
            SettlementLog.CallbackFailed(log, spend.ReservationId, e);
        }
    }
}
