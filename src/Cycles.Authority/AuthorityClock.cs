namespace Cycles.Authority;

/// <summary>
/// The authority's time in Unix milliseconds: the wall clock is read once, and from then on a monotonic clock counts, so
/// that a step of the wall clock neither ends a hold nor keeps it.
/// </summary>
internal sealed class AuthorityClock(TimeProvider time)
{
    private readonly long _epoch = time.GetUtcNow().ToUnixTimeMilliseconds();
    private readonly long _start = time.GetTimestamp();

    public long Now => _epoch + (long)time.GetElapsedTime(_start).TotalMilliseconds;
}
