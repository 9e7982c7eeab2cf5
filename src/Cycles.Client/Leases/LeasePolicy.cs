namespace Cycles;

/// <summary>
/// What the loss of a hold does while its action runs. Each policy logs and counts it, and none of them ever withholds a
/// known amount.
/// </summary>
/// <remarks>
/// A hold is lost when the authority says so, or when it could no longer be extended and what was left of it has passed.
/// </remarks>
public enum LeasePolicy
{
    /// <summary>It is logged and counted, and marked on the <see cref="Settlement"/>. The action goes on.</summary>
    Warn,

    /// <summary>
    /// Besides, once the amount is settled as always, <see cref="ReservationGuard.CommitAsync"/> throws a
    /// <see cref="CyclesException"/> with its <see cref="CyclesException.Settlement"/>.
    /// </summary>
    FailOnFinalize,

    /// <summary>
    /// Besides, <see cref="ReservationGuard.LeaseLost"/> is cancelled, and with it the token that
    /// <see cref="CyclesClient.RunAsync{T}"/> hands to the work.
    /// </summary>
    Cancel,
}
