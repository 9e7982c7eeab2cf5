using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>What operators read about runs.</summary>
internal static partial class RunLog
{
    [LoggerMessage(241, LogLevel.Information, "{Summary}")]
    public static partial void Ended(ILogger log, RunSummary summary);

    [LoggerMessage(242, LogLevel.Warning, "Run {RunId} has ended, and telling of it failed")]
    public static partial void EndFailed(ILogger log, string runId, Exception exception);

    [LoggerMessage(
        243,
        LogLevel.Error,
        "The hold of run {RunId} was not settled: {Spent} was spent in it and is not charged"
    )]
    public static partial void SettlementFailed(ILogger log, string runId, Amount spent, Exception exception);

    [LoggerMessage(244, LogLevel.Warning, "Run {RunId} answers on what it kept aside, because {Reason}")]
    public static partial void UsesKept(ILogger log, string runId, ReasonCode reason);

    [LoggerMessage(245, LogLevel.Information, "No event records that run {RunId} handed off: {Unit} has no budget")]
    public static partial void HandOffUnrecorded(ILogger log, string runId, AmountUnit unit);

    [LoggerMessage(
        246,
        LogLevel.Warning,
        "The hold {ReservationId} of run {RunId} was lost; what is left of its amount is held again"
    )]
    public static partial void HoldLost(ILogger log, string runId, string? reservationId);

    [LoggerMessage(
        247,
        LogLevel.Warning,
        "What run {RunId} kept for a final answer was lost with reservation {ReservationId}; kept again: {IsBack}"
    )]
    public static partial void KeptLost(ILogger log, string runId, string? reservationId, bool isBack);

    [LoggerMessage(248, LogLevel.Warning, "The shadow report could not write a line")]
    public static partial void ReportUnwritten(ILogger log, Exception exception);

    [LoggerMessage(
        249,
        LogLevel.Information,
        "In shadow mode, {Action} ran although it would have been denied here: {Reason}"
    )]
    public static partial void WouldBeDeniedHere(ILogger log, string action, ReasonCode reason);
}
