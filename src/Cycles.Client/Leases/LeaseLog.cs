using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>What leases say to operators: which reservation, what happened, and what comes next.</summary>
internal static partial class LeaseLog
{
    [LoggerMessage(
        EventId = 201,
        Level = LogLevel.Warning,
        Message = "Extending reservation {ReservationId} came to {Outcome} ({Status} {Code}); the same extension is sent again in {DelayMs} ms"
    )]
    public static partial void Retried(
        ILogger logger,
        string reservationId,
        Outcome outcome,
        int? status,
        string? code,
        long delayMs,
        Exception? exception
    );

    [LoggerMessage(
        EventId = 202,
        Level = LogLevel.Warning,
        Message = "Reservation {ReservationId} is extended no more: {Reason} ({Status} {Code}). {LeadMs} ms are left, then the hold is lost: {Next}"
    )]
    public static partial void Stopped(
        ILogger logger,
        string reservationId,
        string? reason,
        int? status,
        string? code,
        long leadMs,
        string next,
        Exception? exception
    );

    [LoggerMessage(
        EventId = 203,
        Level = LogLevel.Warning,
        Message = "The hold of reservation {ReservationId} is lost while it is needed ({Reason}), and its budget may go to others: {Next}"
    )]
    public static partial void Lost(ILogger logger, string reservationId, string reason, string next);

    [LoggerMessage(
        EventId = 204,
        Level = LogLevel.Warning,
        Message = "Reservation {ReservationId} has had its last extension, as far as is known ({Extensions} of them). Unless the authority allows more, the hold is lost in {LeadMs} ms: {Next}"
    )]
    public static partial void LastExtension(
        ILogger logger,
        string reservationId,
        int extensions,
        long leadMs,
        string next
    );

    [LoggerMessage(
        EventId = 205,
        Level = LogLevel.Warning,
        Message = "The authority seems to hold the end of reservation {ReservationId} at a fixed distance. It is extended every {DelayMs} ms, until the authority allows no more extensions"
    )]
    public static partial void LeadClamped(ILogger logger, string reservationId, long delayMs);

    [LoggerMessage(
        EventId = 206,
        Level = LogLevel.Warning,
        Message = "The guard of reservation {ReservationId} was neither settled nor disposed; it is extended no more, and its TTL frees the hold"
    )]
    public static partial void Abandoned(ILogger logger, string reservationId);

    [LoggerMessage(
        EventId = 207,
        Level = LogLevel.Error,
        Message = "A callback on LeaseLost of reservation {ReservationId} threw"
    )]
    public static partial void CallbackFailed(ILogger logger, string reservationId, Exception exception);
}
