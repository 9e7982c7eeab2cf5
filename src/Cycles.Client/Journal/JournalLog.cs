using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>What the journal says to operators: ids and places, never keys or content.</summary>
internal static partial class JournalLog
{
    [LoggerMessage(
        EventId = 201,
        Level = LogLevel.Error,
        Message = "The spend of reservation {ReservationId} could not be written to the journal; it is settled all the same, but is lost if the process ends before that"
    )]
    public static partial void NotKept(ILogger logger, string? reservationId, Exception exception);

    [LoggerMessage(
        EventId = 202,
        Level = LogLevel.Error,
        Message = "The journal's record of reservation {ReservationId} could not be removed; it is settled, and its key keeps a replay from charging it again"
    )]
    public static partial void NotRemoved(ILogger logger, string? reservationId, Exception exception);

    [LoggerMessage(
        EventId = 203,
        Level = LogLevel.Error,
        Message = "The refused spend of reservation {ReservationId} could not be moved to the dead letters; its record stays, and is replayed at the next start"
    )]
    public static partial void NotRejected(ILogger logger, string? reservationId, Exception exception);

    [LoggerMessage(
        EventId = 204,
        Level = LogLevel.Error,
        Message = "The journal could not be read; what other processes left behind is not settled by this one"
    )]
    public static partial void NotRead(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 205, Level = LogLevel.Error, Message = "A file of the journal is not replayed: {Problem}")]
    public static partial void SetAside(ILogger logger, string problem);

    [LoggerMessage(
        EventId = 206,
        Level = LogLevel.Error,
        Message = "The journal's record of reservation {ReservationId} holds a body that this version does not understand ({Reason}); it stays"
    )]
    public static partial void NotUnderstood(ILogger logger, string reservationId, string reason);

    [LoggerMessage(
        EventId = 207,
        Level = LogLevel.Information,
        Message = "{Count} amounts were left unsettled in the journal; they are settled now"
    )]
    public static partial void Replaying(ILogger logger, int count);

    [LoggerMessage(
        EventId = 208,
        Level = LogLevel.Warning,
        Message = "The client ended with {Count} amounts unsettled; they are in the journal, and settled at the next start"
    )]
    public static partial void LeftBehind(ILogger logger, int count);

    [LoggerMessage(
        EventId = 209,
        Level = LogLevel.Error,
        Message = "The journal has the spend of reservation {ReservationId}, but could not flush its folder; it is settled, and survives this process, but not a power cut"
    )]
    public static partial void NotFlushed(ILogger logger, string? reservationId, Exception exception);

    [LoggerMessage(
        EventId = 210,
        Level = LogLevel.Warning,
        Message = "A second amount of {Actual} was handed over for {RecordId}, which is charged once and has {First} in the journal; the authority decides, and what it refuses is reported"
    )]
    public static partial void Shared(ILogger logger, string recordId, Amount actual, Amount first);
}
