namespace Cycles;

/// <summary>What a heartbeat does next, and when.</summary>
/// <param name="Step">What.</param>
/// <param name="DelayMs">In how many milliseconds; at a stop, after how many the lease can no longer be relied on.</param>
/// <param name="Reason">Why it stops; else null.</param>
internal readonly record struct HeartbeatPlan(HeartbeatStep Step, long DelayMs, string? Reason = null)
{
    public static HeartbeatPlan Ended => new(HeartbeatStep.End, 0);

    public static HeartbeatPlan Extend(long delayMs) => new(HeartbeatStep.Extend, delayMs);

    public static HeartbeatPlan Retry(long delayMs) => new(HeartbeatStep.Retry, delayMs);

    public static HeartbeatPlan Stop(long leadMs, string reason) => new(HeartbeatStep.Stop, leadMs, reason);
}
