namespace Cycles.Extensions.AI;

/// <summary>
/// What a stream costs that was not read to its end: broken off, cancelled, or broken down. Usage that was reported once
/// the model was done is the cost in any case; a stream that broke before its first update is given back, and one that
/// goes on without a reader (<c>ContinuationToken</c>) costs as with <see cref="CommitEstimate"/>.
/// </summary>
public enum BrokenStreamCharge
{
    /// <summary>
    /// What was sent and what came through, as it was reported by then or counted by the estimator, whichever is more;
    /// marked. The default.
    /// </summary>
    CommitObserved = 0,

    /// <summary>The estimate, or what was observed where that is more; marked.</summary>
    CommitEstimate,

    /// <summary>Nothing but what was reported by then.</summary>
    Release,
}
