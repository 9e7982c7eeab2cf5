using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cycles.Extensions.AI;

/// <summary>What the guards of model calls say to operators: models, ids, numbers, and never any content.</summary>
internal static partial class AdapterLog
{
    private const string Category = "Cycles.Extensions.AI";

    /// <summary>Where a guard or a run logs: where it was told to, else where its client does.</summary>
    public static ILogger Of(CyclesClient cycles, ILoggerFactory? own) =>
        new SafeLogger((own ?? cycles.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger(Category));

    [LoggerMessage(
        EventId = 201,
        Level = LogLevel.Error,
        Message = "The commit of {Actual} on reservation {ReservationId} failed; the work's result is returned all the same"
    )]
    public static partial void CommitFailed(ILogger logger, string? reservationId, Amount actual, Exception exception);

    [LoggerMessage(
        EventId = 202,
        Level = LogLevel.Warning,
        Message = "Reservation {ReservationId} could not be released; its TTL frees it"
    )]
    public static partial void ReleaseFailed(ILogger logger, string? reservationId, Exception exception);

    [LoggerMessage(
        EventId = 203,
        Level = LogLevel.Warning,
        Message = "Another Cycles guard has the calls of this {Guard}; this one passes them through, so that nothing is charged twice"
    )]
    public static partial void DuplicateGuard(ILogger logger, string guard);

    [LoggerMessage(
        EventId = 204,
        Level = LogLevel.Warning,
        Message = "A Cycles guard stands outside the function-invoking client, where one hold has to cover all model calls of its loop; put UseCycles() after UseFunctionInvocation()"
    )]
    public static partial void GuardOutsideLoop(ILogger logger);

    [LoggerMessage(EventId = 205, Level = LogLevel.Warning, Message = "A call of {Model} was denied: {Reason}")]
    public static partial void DeniedHere(ILogger logger, string model, ReasonCode reason);

    [LoggerMessage(
        EventId = 206,
        Level = LogLevel.Warning,
        Message = "{Model} has no price; {Estimate} is held for the call"
    )]
    public static partial void Unpriced(ILogger logger, string model, Amount estimate);

    [LoggerMessage(
        EventId = 207,
        Level = LogLevel.Warning,
        Message = "A call of {Model} was capped at {MaxTokens} output tokens and has {OutputTokens}; the provider, or a raw representation of the options, does not keep to MaxOutputTokens"
    )]
    public static partial void CapExceeded(ILogger logger, string model, long maxTokens, long outputTokens);

    [LoggerMessage(
        EventId = 208,
        Level = LogLevel.Warning,
        Message = "A call of {Model} reported no usage, or not all of it; {Actual} is committed for it"
    )]
    public static partial void UsageMissing(ILogger logger, string model, Amount actual);

    [LoggerMessage(
        EventId = 209,
        Level = LogLevel.Error,
        Message = "The changed prices can't be read; those from before stay in force"
    )]
    public static partial void PricesUnreadable(ILogger logger, Exception exception);

    [LoggerMessage(
        EventId = 210,
        Level = LogLevel.Warning,
        Message = "The token estimator failed ({Error}); what it should have counted is left out"
    )]
    private static partial void EstimatorFailed(ILogger logger, string? error);

    /// <summary>Without the exception's own words: an estimator sees the content, and may quote it.</summary>
    public static void EstimatorFailed(ILogger logger, Exception exception) =>
        EstimatorFailed(logger, exception.GetType().FullName);

    [LoggerMessage(
        EventId = 211,
        Level = LogLevel.Warning,
        Message = "A Cycles guard stands outside a cache, where each hit is held and charged as a call; put UseCycles() after the cache"
    )]
    public static partial void GuardOutsideCache(ILogger logger);
}
