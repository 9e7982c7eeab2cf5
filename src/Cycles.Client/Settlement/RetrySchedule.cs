namespace Cycles;

/// <summary>When an open settlement is tried again.</summary>
internal static class RetrySchedule
{
    /// <summary>How many quick attempts follow the first one.</summary>
    public const int QuickRetries = 5;

    /// <summary>The pause between attempts once the quick ones are used up, or where haste can't help.</summary>
    public static readonly TimeSpan Sweep = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestFloor = TimeSpan.FromHours(1);

    /// <param name="retries">How many attempts followed the first one so far.</param>
    /// <param name="outcome">What the last attempt came to.</param>
    public static TimeSpan Delay(int retries, Outcome outcome)
    {
        // Credentials and proxies don't heal in a second.
        if (retries >= QuickRetries || outcome is not (Outcome.Ambiguous or Outcome.Throttled))
        {
            return Sweep;
        }

        var doubled = First * (1 << retries);
        return doubled < Sweep ? doubled : Sweep;
    }

    /// <summary>The server's Retry-After is a floor, but not one that parks a spend for a day.</summary>
    public static TimeSpan Floor(TimeSpan? retryAfter) =>
        retryAfter is not { } wait || wait <= TimeSpan.Zero ? TimeSpan.Zero
        : wait < LongestFloor ? wait
        : LongestFloor;
}
