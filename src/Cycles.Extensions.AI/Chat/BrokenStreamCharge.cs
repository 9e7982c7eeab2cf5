namespace Cycles.Extensions.AI;

/// <summary>
/// What a stream costs that was not read to its end: broken off, cancelled, or broken down. Usage that was reported by
/// then is charged in any case; a stream that broke before its first update is given back.
/// </summary>
public enum BrokenStreamCharge
{
    /// <summary>What was sent and what came through, counted by the estimator, marked. The default.</summary>
    CommitObserved = 0,

    /// <summary>The estimate, marked.</summary>
    CommitEstimate,

    /// <summary>Nothing.</summary>
    Release,
}
