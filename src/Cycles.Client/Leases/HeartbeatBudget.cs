namespace Cycles;

/// <summary>
/// How much of a lease has to be kept back, in milliseconds (protocol, HEARTBEAT GUIDANCE of <c>extendReservation</c>,
/// primary algorithm).
/// </summary>
/// <param name="RequestTimeoutMs">The longest that one attempt can take; infinite where that is not known.</param>
/// <param name="MaxRttMs">The longest that an answered attempt took so far.</param>
internal readonly record struct HeartbeatBudget(long RequestTimeoutMs, long MaxRttMs)
{
    private const long Least = 1000;
    private const long LongestRetry = 30_000;

    /// <summary>What one attempt may use up.</summary>
    public long Attempt => Math.Max(RequestTimeoutMs, SafetyMargin);

    /// <summary>What scheduling and the network may use up besides.</summary>
    public long SafetyMargin => Math.Max(Least, 2 * MaxRttMs);

    /// <summary>One failed attempt, one retry, and the margin.</summary>
    public long RetryReserve => (2 * Attempt) + SafetyMargin;

    /// <summary>How long to wait with the next beat: as long as the whole reserve is left then.</summary>
    public long NextDelay(long leadFloorMs) => Math.Max(0, leadFloorMs - RetryReserve);

    /// <summary>The room for one complete retry and the margin; negative where there is none.</summary>
    public long RetryWindow(long leadMs) => leadMs - Attempt - SafetyMargin;

    /// <summary>How long to wait with a retry.</summary>
    public static long RetryDelay(long leadMs, long windowMs) => Math.Min(LongestRetry, Math.Min(leadMs / 4, windowMs));
}
