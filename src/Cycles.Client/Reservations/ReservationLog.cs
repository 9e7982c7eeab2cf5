using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>What reserving and guards say to operators: ids, codes and amounts, never keys or content.</summary>
internal static partial class ReservationLog
{
    [LoggerMessage(
        EventId = 101,
        Level = LogLevel.Warning,
        Message = "The outcome of a reserve is unknown; it is sent once more with the same key"
    )]
    public static partial void CreateRetried(ILogger logger, Exception? exception);

    [LoggerMessage(
        EventId = 102,
        Level = LogLevel.Warning,
        Message = "The work of reservation {ReservationId} ran without a usable actual amount ({Problem}); {Actual} is committed for it"
    )]
    public static partial void ActualMissing(ILogger logger, string reservationId, string problem, Amount actual);

    [LoggerMessage(
        EventId = 103,
        Level = LogLevel.Error,
        Message = "The work of reservation {ReservationId} ran without a usable actual amount ({Problem}); nothing is sent, and its TTL frees the hold"
    )]
    public static partial void ActualSurfaced(ILogger logger, string reservationId, string problem);

    [LoggerMessage(
        EventId = 104,
        Level = LogLevel.Information,
        Message = "Reserving {Requested} for {ActionKind} was denied: {Reason}, scope {Scope}"
    )]
    public static partial void Denied(
        ILogger logger,
        Amount requested,
        string actionKind,
        ReasonCode reason,
        string? scope
    );

    [LoggerMessage(
        EventId = 105,
        Level = LogLevel.Warning,
        Message = "The authority can't be reached, so {ActionKind} runs without a hold of {Estimate}; its spend is recorded as an event later"
    )]
    public static partial void FailedOpen(ILogger logger, Amount estimate, string actionKind, Exception exception);
}
