using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>What operators read about runs.</summary>
internal static partial class RunLog
{
    [LoggerMessage(241, LogLevel.Information, "{Summary}")]
    public static partial void Ended(ILogger log, RunSummary summary);

    [LoggerMessage(242, LogLevel.Warning, "OnEnded threw for run {RunId}")]
    public static partial void CallbackFailed(ILogger log, string runId, Exception exception);

    [LoggerMessage(243, LogLevel.Error, "The hold of run {RunId} could not be settled; {Spent} was spent in it")]
    public static partial void SettlementFailed(ILogger log, string runId, Amount spent, Exception exception);

    [LoggerMessage(244, LogLevel.Warning, "Run {RunId} answers on what it kept aside, because {Reason}")]
    public static partial void UsesKept(ILogger log, string runId, ReasonCode reason);

    [LoggerMessage(245, LogLevel.Information, "No event records that run {RunId} handed off: {Unit} has no budget")]
    public static partial void HandOffUnrecorded(ILogger log, string runId, AmountUnit unit);
}
