using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>What a <see cref="CyclesClient"/> does unless a call says otherwise. Read once, when the client is made.</summary>
public sealed class CyclesClientOptions
{
    /// <summary>Who acts, and for whom: fills each level that a call leaves open. Default none.</summary>
    public Subject? Subject { get; set; }

    /// <summary>
    /// How long a hold lives unless extended, 1 s to 24 h; default 60 s. The authority may shorten it.
    /// </summary>
    public TimeSpan Ttl { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long after that a commit is still taken, 0 to 60 s; by default the authority decides (the protocol says 5 s).
    /// </summary>
    public TimeSpan? GracePeriod { get; set; }

    /// <summary>
    /// What a commit above its estimate, or an event, does where too little is left; by default the authority decides
    /// (the protocol says <see cref="CommitOveragePolicy.AllowIfAvailable"/>).
    /// </summary>
    public CommitOveragePolicy? OveragePolicy { get; set; }

    /// <summary>
    /// What happens when an action ran without a usable actual amount; default
    /// <see cref="WhenActualIsMissing.CommitEstimate"/>.
    /// </summary>
    public WhenActualIsMissing WhenActualIsMissing { get; set; }

    /// <summary>
    /// Told about every amount that was spent and is not known to be recorded: refused for good, or still open when the
    /// client ended. Called once for each, on any thread; what it throws is logged.
    /// </summary>
    public Action<UnrecordedSpend>? OnSpendUnrecorded { get; set; }

    /// <summary>
    /// How long <see cref="CyclesClient.DisposeAsync"/> waits for open settlements, 0 or more; default 5 s.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock of retries and drains; default the container's, else the system's.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>Where to log, as category <c>Cycles.Client</c>; default the container's, else nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }
}
