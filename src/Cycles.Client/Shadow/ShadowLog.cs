using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>What operators read about shadow mode.</summary>
internal static partial class ShadowLog
{
    [LoggerMessage(
        EventId = 121,
        Level = LogLevel.Information,
        Message = "In shadow mode, {Requested} for {ActionKind} would have been denied: {Reason}, scope {Scope}"
    )]
    public static partial void WouldBeDenied(
        ILogger logger,
        Amount requested,
        string actionKind,
        ReasonCode reason,
        string? scope
    );

    [LoggerMessage(
        EventId = 122,
        Level = LogLevel.Warning,
        Message = "In shadow mode, {ActionKind} runs although nobody could evaluate it"
    )]
    public static partial void Unevaluated(ILogger logger, string actionKind, Exception exception);

    [LoggerMessage(EventId = 123, Level = LogLevel.Warning, Message = "The shadow report could not write a line")]
    public static partial void NotWritten(ILogger logger, Exception exception);
}
