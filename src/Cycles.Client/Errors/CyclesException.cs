using System.Text.Json;

namespace Cycles;

/// <summary>
/// An operation failed, or its settlement was refused. One class with a code: catch it and look at <see cref="Code"/>
/// and <see cref="IsTransient"/>. A denied budget is a <see cref="BudgetDeniedException"/>, an unknown outcome a
/// <see cref="CyclesTransportException"/>.
/// </summary>
public class CyclesException : Exception
{
    /// <summary>A failure without an answer from the authority.</summary>
    /// <param name="message">What failed, why, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public CyclesException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    /// <summary>A refusal.</summary>
    /// <param name="message">What was refused, why, and what to do.</param>
    /// <param name="error">The authority's answer.</param>
    /// <param name="metadata">What came with it; fills what <paramref name="error"/> leaves open.</param>
    /// <exception cref="ArgumentNullException"><paramref name="error"/> is null.</exception>
    public CyclesException(string message, CyclesError error, CyclesResponseMetadata? metadata = null)
        : base(message)
    {
        ArgumentNullException.ThrowIfNull(error);
        Code = error.Code;
        RawCode = error.RawCode;
        Status = error.Status;
        RequestId = error.RequestId ?? metadata?.RequestId;
        TraceId = error.TraceId ?? metadata?.TraceId;
        RetryAfter = error.RetryAfter ?? metadata?.RetryAfter;
        Metadata = metadata ?? CyclesResponseMetadata.None;
        Details = error.Details;
        IsTransient = OutcomeClassifier.Of(error) is Outcome.Ambiguous or Outcome.Throttled;
    }

    /// <summary>The code; <see cref="ErrorCode.Unknown"/> when there is none or this version does not know it.</summary>
    public ErrorCode Code { get; private protected init; }

    /// <summary>The code as it stood on the wire, unknown ones included; null when there is none.</summary>
    public string? RawCode { get; private protected init; }

    /// <summary>The HTTP status, or what it would have been in process; null when there was no answer.</summary>
    public int? Status { get; private protected init; }

    /// <summary>The request's id in the server's log.</summary>
    public string? RequestId { get; private protected init; }

    /// <summary>The trace that the request belongs to.</summary>
    public string? TraceId { get; private protected init; }

    /// <summary>How long to wait before asking again, where the authority said so.</summary>
    public TimeSpan? RetryAfter { get; private protected init; }

    /// <summary>What came with the answer, if one came: ids, the tenant, rate limits.</summary>
    public CyclesResponseMetadata Metadata { get; private protected init; } = CyclesResponseMetadata.None;

    /// <summary>The message's facts as fields.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Details { get; private protected init; }

    /// <summary>
    /// Whether the same request may succeed later without anybody changing anything: a transport failure, a 5xx, a
    /// throttled request.
    /// </summary>
    public bool IsTransient { get; private protected init; }

    /// <summary>
    /// What became of the spend, when this is a refused settlement, or one whose hold was lost under
    /// <see cref="LeasePolicy.FailOnFinalize"/>; null otherwise.
    /// </summary>
    public Settlement? Settlement { get; internal init; }

    /// <summary>A failure that an answer led to, although the answer itself was none.</summary>
    internal static CyclesException After(string message, int? status, CyclesResponseMetadata metadata) =>
        new(message)
        {
            Status = status,
            RequestId = metadata.RequestId,
            TraceId = metadata.TraceId,
            RetryAfter = metadata.RetryAfter,
            Metadata = metadata,
        };

    internal static CyclesException Refused(string what, CyclesError error, CyclesResponseMetadata? metadata) =>
        new(Describe(what, error), error, metadata);

    internal static CyclesException Refused(string what, CyclesError error, Settlement settlement) =>
        new(Describe(what, error), error, settlement.Metadata) { Settlement = settlement };

    internal static CyclesException LeaseLost(string reservationId, Settlement settlement) =>
        new(
            $"The hold of reservation {reservationId} was lost while its action ran, so others could spend the same budget meanwhile. Its actual amount was sent all the same: {settlement.Outcome}, {settlement.Actual}. Choose LeasePolicy.Warn to have it logged alone."
        )
        {
            Metadata = settlement.Metadata,
            RequestId = settlement.Metadata.RequestId,
            TraceId = settlement.Metadata.TraceId,
            Settlement = settlement,
        };

    private static string Describe(string what, CyclesError error) =>
        $"{what} failed with {error.Status} {error.RawCode ?? "(no code)"}: {error.Message}";
}
