using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>Says aloud what happens to a lease, and what comes next: to the log, the metrics, and the guard's token.</summary>
internal sealed class LeaseReporter(ILogger log)
{
    public void Extended(Lease lease, Extension extension)
    {
        if (extension.IsLast)
        {
            LeaseLog.LastExtension(log, lease.Id, lease.Extensions, extension.LeadMs, NextOf(lease.Policy));
        }

        if (extension.IsFirstClamped)
        {
            LeaseLog.LeadClamped(log, lease.Id, extension.Plan.DelayMs);
        }

        if (extension.Plan.Step == HeartbeatStep.Stop)
        {
            Stopped(lease, extension.Plan);
        }
    }

    /// <summary>A beat that did not succeed.</summary>
    public void Failed(Lease lease, HeartbeatPlan plan, Outcome outcome, CyclesError? error, Exception? unanswered)
    {
        switch (plan.Step)
        {
            case HeartbeatStep.Retry:
                LeaseLog.Retried(log, lease.Id, outcome, error?.Status, error?.RawCode, plan.DelayMs, unanswered);
                break;
            case HeartbeatStep.Stop:
                Stopped(lease, plan, error, unanswered);
                break;
            default:
                if (lease.IsLost)
                {
                    Lost(lease, error);
                }

                break;
        }
    }

    public void Stopped(Lease lease, HeartbeatPlan plan, CyclesError? error = null, Exception? unanswered = null) =>
        LeaseLog.Stopped(
            log,
            lease.Id,
            plan.Reason,
            error?.Status,
            error?.RawCode,
            plan.DelayMs,
            NextOf(lease.Policy),
            unanswered
        );

    public void Abandoned(Lease lease) => LeaseLog.Abandoned(log, lease.Id);

    /// <param name="lease">Which.</param>
    /// <param name="error">What the authority said; null when the time that was left has passed.</param>
    public void Lost(Lease lease, CyclesError? error)
    {
        var reason = error is null ? "RAN_OUT" : error.RawCode ?? "NO_CODE";
        ClientTelemetry.LeaseLost(lease.Action, reason);
        LeaseLog.Lost(log, lease.Id, reason, NextOf(lease.Policy));
        if (lease is { Policy: LeasePolicy.Cancel, Lost: { } source })
        {
            _ = CancelAsync(lease, source);
        }
    }

    /// <summary>The token is cancelled at once, its callbacks run elsewhere: they are not ours, and may take their time.</summary>
    private async Task CancelAsync(Lease lease, CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LeaseLog.CallbackFailed(log, lease.Id, e);
        }
    }

    private static string NextOf(LeasePolicy policy) =>
        policy switch
        {
            LeasePolicy.FailOnFinalize => "the action goes on, its cost is settled, and then the commit throws",
            LeasePolicy.Cancel => "LeaseLost is cancelled, and a cost that is known is settled",
            _ => "the action goes on, and its cost is settled",
        };
}
