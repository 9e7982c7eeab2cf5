using Microsoft.Extensions.Logging;

namespace Cycles.Authority;

/// <summary>How long finished records are kept, and how many of them there are in all tenants together.</summary>
internal sealed partial class Retention(EmbeddedAuthorityOptions options, ILogger logger)
{
    private readonly long _most = options.MaxFinishedRecords ?? long.MaxValue;
    private long _finished;
    private long _evicted;
    private int _reported;

    public long ReserveLifetimeMs { get; } = (long)options.ReserveReplayLifetime.TotalMilliseconds;

    public long EventLifetimeMs { get; } = (long)options.EventReplayLifetime.TotalMilliseconds;

    /// <summary>An ended reservation answers for its reserve as well as for its settlement.</summary>
    public long EndedLifetimeMs { get; } =
        (long)
            Math.Max(
                options.SettlementReplayLifetime.TotalMilliseconds,
                options.ReserveReplayLifetime.TotalMilliseconds
            );

    public long FinishedCount => Volatile.Read(ref _finished);

    public long EvictedCount => Volatile.Read(ref _evicted);

    public bool IsOverBound => FinishedCount > _most;

    /// <summary>
    /// How many records may go beyond the bound, once it is passed, so that the search for the oldest is not made for
    /// each: so few that it does not matter whether they are the very oldest.
    /// </summary>
    public long Slack => _most / 4_096;

    public void Finished() => Interlocked.Increment(ref _finished);

    /// <summary>Records whose time was over.</summary>
    public void Forgotten(long count) => Interlocked.Add(ref _finished, -count);

    /// <summary>Takes one record off the count if there are too many; whoever gets it forgets one.</summary>
    public bool TryClaimExcess()
    {
        var count = FinishedCount;
        while (count > _most - Slack)
        {
            var found = Interlocked.CompareExchange(ref _finished, count - 1, count);
            if (found == count)
            {
                Interlocked.Increment(ref _evicted);
                return true;
            }

            count = found;
        }

        return false;
    }

    /// <summary>Says once that the bound was reached. Called without any lock: a log may take its time, or throw.</summary>
    public void ReportOnce()
    {
        if (Volatile.Read(ref _reported) != 0 || EvictedCount == 0 || Interlocked.Exchange(ref _reported, 1) != 0)
        {
            return;
        }

        try
        {
            LogBoundReached(logger, _most);
        }
        catch (Exception)
        {
            // The operation that happens to report it has succeeded.
        }
    }

    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Warning,
        Message = "The embedded authority keeps {Most} finished records, its bound, and now forgets the oldest before their "
            + "time: a repeat of a forgotten request counts as a new one. Raise MaxFinishedRecords or shorten the "
            + "replay lifetimes. This is logged once."
    )]
    private static partial void LogBoundReached(ILogger logger, long most);
}
