namespace Cycles;

/// <summary>Durations as lease arithmetic wants them: whole milliseconds, rounded to the safe side, never wrapped.</summary>
internal static class Milliseconds
{
    /// <summary>As good as for ever, and far enough from the end of the range that sums of it don't wrap.</summary>
    public const long Infinite = long.MaxValue / 8;

    private const long MostTicks = Infinite / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond;

    /// <summary>For budgets, margins and elapsed time.</summary>
    public static long Up(TimeSpan time)
    {
        var whole = time.Ticks / TimeSpan.TicksPerMillisecond;
        return time.Ticks % TimeSpan.TicksPerMillisecond > 0 ? whole + 1 : whole;
    }

    /// <summary>A time that is infinite or unknown is negative by convention.</summary>
    public static long UpOrInfinite(TimeSpan time) =>
        time < TimeSpan.Zero || time == TimeSpan.MaxValue ? Infinite : Up(time);

    public static long Bounded(long value) => Math.Clamp(value, 0, Infinite);

    /// <summary>The time after a delay; what is beyond all times is the last one.</summary>
    public static TimeSpan After(TimeSpan time, long delayMs) =>
        delayMs >= (MostTicks - time.Ticks) / TimeSpan.TicksPerMillisecond
            ? TimeSpan.FromTicks(MostTicks)
            : time + TimeSpan.FromTicks(delayMs * TimeSpan.TicksPerMillisecond);
}
