namespace Cycles;

/// <summary>When an open settlement is tried again.</summary>
internal sealed class RetrySchedule(CyclesClientOptions options)
{
    private static readonly TimeSpan LongestFloor = TimeSpan.FromHours(1);

    private readonly TimeSpan _first = options.RetryInitialDelay;
    private readonly double _multiplier = options.RetryMultiplier;

    /// <summary>How many quick attempts follow the first one.</summary>
    public int QuickRetries { get; } = options.RetryEnabled ? options.RetryMaxAttempts : 0;

    /// <summary>The pause between attempts once the quick ones are used up, or where haste can't help.</summary>
    public TimeSpan Sweep { get; } = options.RetryMaxDelay;

    /// <param name="retries">How many attempts followed the first one so far.</param>
    /// <param name="outcome">What the last attempt came to.</param>
    public TimeSpan Delay(int retries, Outcome outcome)
    {
        // Credentials and proxies don't heal in a second.
        if (retries >= QuickRetries || outcome is not (Outcome.Ambiguous or Outcome.Throttled))
        {
            return Sweep;
        }

        var milliseconds = _first.TotalMilliseconds * Math.Pow(_multiplier, retries);
        return milliseconds < Sweep.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : Sweep;
    }

    /// <summary>The server's Retry-After is a floor, but not one that parks a spend for a day.</summary>
    public static TimeSpan Floor(TimeSpan? retryAfter) =>
        retryAfter is not { } wait || wait <= TimeSpan.Zero ? TimeSpan.Zero
        : wait < LongestFloor ? wait
        : LongestFloor;
}
