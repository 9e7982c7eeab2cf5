namespace Cycles;

/// <summary>The protocol's <c>retry_after_ms</c> as a time.</summary>
internal static class RetryAfterMs
{
    /// <returns>Within what a <see cref="TimeSpan"/> can hold; null for none.</returns>
    public static TimeSpan? Of(long? milliseconds) =>
        milliseconds is { } wait
            ? TimeSpan.FromMilliseconds(Math.Clamp(wait, 0, (long)TimeSpan.MaxValue.TotalMilliseconds - 1))
            : null;
}
