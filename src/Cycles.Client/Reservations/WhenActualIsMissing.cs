namespace Cycles;

/// <summary>What happens when an action ran and nobody can say what it cost.</summary>
public enum WhenActualIsMissing
{
    /// <summary>
    /// Commit the estimate, marked by the metadata <c>actual_source</c> = <c>estimate</c>: the money was spent, and an
    /// approximate record is better than none. The default.
    /// </summary>
    CommitEstimate = 0,

    /// <summary>
    /// Send nothing and throw <see cref="InvalidOperationException"/>; the hold ends with its TTL. A scope's end logs
    /// instead of throwing.
    /// </summary>
    Surface = 1,
}
