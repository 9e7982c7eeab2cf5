namespace Cycles;

/// <summary>
/// No usable answer came back, so the operation may or may not have happened. A repeat is safe with the same
/// idempotency key only.
/// </summary>
/// <remarks>
/// Implementations of <see cref="ICyclesAuthority"/> throw it for a transport failure, for a 3xx, and for a 2xx that is
/// not the documented status with a schema-valid body; never for a 4xx or 5xx.
/// </remarks>
public sealed class CyclesTransportException : CyclesException
{
    /// <summary>An unknown outcome.</summary>
    /// <param name="message">What was asked, and why the outcome is unknown.</param>
    /// <param name="innerException">What caused it.</param>
    public CyclesTransportException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
        IsTransient = true;
        NobodyAnswered = true;
    }

    /// <summary>An unknown outcome of which something is known.</summary>
    /// <param name="message">What was asked, and why the outcome is unknown.</param>
    /// <param name="status">The HTTP status that came, if one did.</param>
    /// <param name="metadata">What came with it; null for nothing.</param>
    /// <param name="innerException">What caused it.</param>
    public CyclesTransportException(
        string message,
        int? status,
        CyclesResponseMetadata? metadata = null,
        Exception? innerException = null
    )
        : this(message, innerException)
    {
        Status = status;
        NobodyAnswered = status is null;
        Metadata = metadata ?? CyclesResponseMetadata.None;
        RequestId = Metadata.RequestId;
        TraceId = Metadata.TraceId;
        RetryAfter = Metadata.RetryAfter;
    }

    /// <summary>
    /// Whether the authority could not be reached at all: an answer that can't be used, or no key to ask with, is
    /// something else.
    /// </summary>
    internal bool NobodyAnswered { get; init; }
}
