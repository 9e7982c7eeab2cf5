using System.Diagnostics.CodeAnalysis;

namespace Cycles;

/// <summary>The outcome of one attempt that was answered: a value or a refusal, and what came with it.</summary>
/// <typeparam name="T">The operation's result.</typeparam>
public readonly struct CyclesResponse<T>
    where T : class
{
    /// <summary>A success.</summary>
    /// <param name="status">The documented status: 200, or 201 for an event.</param>
    /// <param name="value">The schema-valid result.</param>
    /// <param name="metadata">What came with it.</param>
    /// <param name="elapsed">How long the attempt took, by a monotonic clock.</param>
    public CyclesResponse(int status, T value, CyclesResponseMetadata? metadata = null, TimeSpan elapsed = default)
    {
        Status = status;
        Value = value;
        Metadata = metadata ?? CyclesResponseMetadata.None;
        Elapsed = elapsed;
    }

    /// <summary>A refusal.</summary>
    /// <param name="error">The 4xx or 5xx.</param>
    /// <param name="metadata">What came with it.</param>
    /// <param name="elapsed">How long the attempt took, by a monotonic clock.</param>
    public CyclesResponse(CyclesError error, CyclesResponseMetadata? metadata = null, TimeSpan elapsed = default)
    {
        ArgumentNullException.ThrowIfNull(error);
        Status = error.Status;
        Error = error;
        Metadata = metadata ?? CyclesResponseMetadata.None;
        Elapsed = elapsed;
    }

    /// <summary>The HTTP status, or what it would have been.</summary>
    public int Status { get; }

    /// <summary>The result; null on a refusal.</summary>
    public T? Value { get; }

    /// <summary>The refusal; null on a success.</summary>
    public CyclesError? Error { get; }

    /// <summary>Whether there is a <see cref="Value"/> rather than an <see cref="Error"/>.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Value is not null;

    /// <summary>What came with it.</summary>
    public CyclesResponseMetadata Metadata { get; }

    /// <summary>How long the attempt took, by a monotonic clock. Zero in process.</summary>
    public TimeSpan Elapsed { get; }
}
