using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>Puts on record that another agent goes on.</summary>
internal static class RunHandOff
{
    /// <returns>Whether it is on record.</returns>
    public static async Task<bool> RecordAsync(
        CyclesRun run,
        string agent,
        AmountUnit unit,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var settlement = await run
                .Cycles.RecordEventAsync(
                    new CyclesAction("agent.handoff", agent),
                    new Amount(unit, 0),
                    new EventOptions { Subject = run.SubjectOf(null), IdempotencyKey = run.NewKey() },
                    cancellationToken
                )
                .ConfigureAwait(false);
            run.Tally.Told(settlement.Balances);
            run.Tally.HandedOff();
            return true;
        }
        catch (CyclesException e) when (e.Code is ErrorCode.NotFound or ErrorCode.UnitMismatch)
        {
            RunLog.HandOffUnrecorded(log, run.Id, unit);
            return false;
        }
    }
}
