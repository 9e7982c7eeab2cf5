using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>What operators read about tools. Names and ids only: no arguments, no results.</summary>
internal static partial class ToolLog
{
    [LoggerMessage(221, LogLevel.Warning, "Nothing but the default says what the tool '{Tool}' costs")]
    public static partial void Unconfigured(ILogger log, string tool);

    [LoggerMessage(222, LogLevel.Information, "The tool '{Tool}' was refused ({Reason})")]
    public static partial void Refused(ILogger log, string tool, ReasonCode reason);

    [LoggerMessage(223, LogLevel.Error, "The tool '{Tool}' was not run, because asking for it failed ({Error})")]
    public static partial void ReserveFailed(ILogger log, string tool, Type error, Exception? exception);

    [LoggerMessage(224, LogLevel.Warning, "OnDenied threw for the tool '{Tool}'")]
    public static partial void CallbackFailed(ILogger log, string tool, Exception exception);
}
