using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>What settlement says to operators: ids, codes and amounts, never keys or content.</summary>
internal static partial class SettlementLog
{
    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Warning,
        Message = "No answer while settling reservation {ReservationId}; the outcome is unknown, the amount is kept and sent again"
    )]
    public static partial void Unanswered(ILogger logger, string? reservationId, Exception exception);

    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Warning,
        Message = "Settling reservation {ReservationId} came to {Outcome} ({Status} {Code}); the amount is kept and sent again"
    )]
    public static partial void Unsettled(
        ILogger logger,
        string? reservationId,
        Outcome outcome,
        int? status,
        string? code
    );

    [LoggerMessage(
        EventId = 3,
        Level = LogLevel.Information,
        Message = "Reservation {ReservationId} expired before its commit; its spend is recorded as an event"
    )]
    public static partial void SwitchedToEvent(ILogger logger, string? reservationId);

    [LoggerMessage(
        EventId = 4,
        Level = LogLevel.Information,
        Message = "Reservation {ReservationId} was settled in the background: {Outcome}, {Actual}"
    )]
    public static partial void SettledLater(
        ILogger logger,
        string? reservationId,
        SettlementOutcome outcome,
        Amount actual
    );

    [LoggerMessage(
        EventId = 5,
        Level = LogLevel.Warning,
        Message = "Reservation {ReservationId} is still unsettled after {Attempts} attempts; from now on it is tried every {Sweep}"
    )]
    public static partial void Sweeping(ILogger logger, string? reservationId, int attempts, TimeSpan sweep);

    [LoggerMessage(
        EventId = 6,
        Level = LogLevel.Error,
        Message = "Spend of {Actual} on reservation {ReservationId} is unrecorded: {Outcome} ({Status} {Code}); the hold is not released"
    )]
    public static partial void Unrecorded(
        ILogger logger,
        Amount actual,
        string? reservationId,
        SettlementOutcome outcome,
        int? status,
        string? code
    );

    [LoggerMessage(
        EventId = 7,
        Level = LogLevel.Error,
        Message = "OnSpendUnrecorded threw for reservation {ReservationId}"
    )]
    public static partial void CallbackFailed(ILogger logger, string? reservationId, Exception exception);

    [LoggerMessage(
        EventId = 8,
        Level = LogLevel.Warning,
        Message = "Releasing reservation {ReservationId} failed in attempt {Attempt}: {Outcome} ({Status} {Code}); its TTL frees the hold at the latest"
    )]
    public static partial void ReleaseFailed(
        ILogger logger,
        string reservationId,
        int attempt,
        Outcome outcome,
        int? status,
        string? code
    );

    [LoggerMessage(
        EventId = 9,
        Level = LogLevel.Warning,
        Message = "No answer while releasing reservation {ReservationId} in attempt {Attempt}; its TTL frees the hold at the latest"
    )]
    public static partial void ReleaseUnanswered(
        ILogger logger,
        string reservationId,
        int attempt,
        Exception exception
    );

    [LoggerMessage(
        EventId = 10,
        Level = LogLevel.Warning,
        Message = "The client was disposed with {Pending} settlements open that no journal keeps"
    )]
    public static partial void StoppedWithPending(ILogger logger, int pending);

    [LoggerMessage(
        EventId = 11,
        Level = LogLevel.Warning,
        Message = "A cancelled reserve was not answered; if it made a hold, its TTL frees it"
    )]
    public static partial void OrphanUnanswered(ILogger logger, Exception exception);
}
