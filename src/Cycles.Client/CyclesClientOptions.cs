using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cycles;

/// <summary>What a <see cref="CyclesClient"/> does unless a call says otherwise. Read once, when the client is made.</summary>
public sealed class CyclesClientOptions
{
    /// <summary>
    /// Where the authority answers, such as <c>http://localhost:7878</c>, with or without a path. Needed where no
    /// <see cref="ICyclesAuthority"/> is given, and an error where one is.
    /// </summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>
    /// The API key of the client's own tenant. Needed with <see cref="BaseUrl"/>, unless <see cref="ApiKeyProvider"/>
    /// gives it. It never appears in a log, a message or <see cref="ToString"/>.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Gives the API key of a tenant, asked once for every attempt, so that a key may rotate at any time: for each
    /// tenant of <see cref="CyclesClient.ForTenant"/>, and where there is no <see cref="ApiKey"/> also for the client's
    /// own, which is null when nothing names it. Called on any thread, within the attempt's deadline; keep keys for as
    /// long as they are good.
    /// </summary>
    public Func<string?, CancellationToken, ValueTask<string>>? ApiKeyProvider { get; set; }

    /// <summary>The part of an attempt's deadline that is meant for connecting, 1 ms to 1 h; default 2 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The part of an attempt's deadline that is meant for the answer, 1 ms to 1 h; default 5 s. One attempt, from the
    /// first byte sent to the last one read, ends after both together.
    /// </summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether an unsettled amount is tried again quickly, by the schedule below; default true. Without, it is tried
    /// every <see cref="RetryMaxDelay"/>: a known amount is never given up.
    /// </summary>
    public bool RetryEnabled { get; set; } = true;

    /// <summary>How many quick attempts follow the first one, 0 to 100; default 5. Then one every <see cref="RetryMaxDelay"/>.</summary>
    public int RetryMaxAttempts { get; set; } = 5;

    /// <summary>The pause before the first quick attempt, 1 ms to 1 h; default 500 ms.</summary>
    public TimeSpan RetryInitialDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How much longer each pause is than the one before it, 1 to 100; default 2.</summary>
    public double RetryMultiplier { get; set; } = 2;

    /// <summary>The longest pause, from <see cref="RetryInitialDelay"/> to 1 h; default 30 s.</summary>
    public TimeSpan RetryMaxDelay { get; set; } = TimeSpan.FromSeconds(30);

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
    /// Whether known amounts are kept on disk until they are settled, so that they survive the process; default true over
    /// HTTP, and false where there is an <see cref="ICyclesAuthority"/>, which in this process ends when its client does.
    /// What a process leaves behind is settled by the next one of the same server and tenant, in any language: it looks
    /// once for each server and tenant, when its first client for them is made.
    /// </summary>
    public bool? JournalEnabled { get; set; }

    /// <summary>
    /// The base folder of the journal; default <c>.runcycles/commit-journal</c> in the user's home. Each server and tenant
    /// has a folder of its own in it. It must outlive the process: a container needs a volume for it.
    /// </summary>
    public string? JournalDirectory { get; set; }

    /// <summary>
    /// Gives the journal of a tenant instead of the files in <see cref="JournalDirectory"/>; asked once for each tenant,
    /// when its client is made, and one tenant's journal is refused for another. Default none.
    /// </summary>
    public Func<JournalIdentity, ISettlementJournal>? Journal { get; set; }

    /// <summary>
    /// How long an amount may be unsettled before <see cref="CyclesHealthCheck"/> says unhealthy, more than 0; default
    /// 5 min.
    /// </summary>
    public TimeSpan MaxPendingAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Whether work may run without a hold when the authority can't be reached; default false: then reserving throws. Only
    /// where no answer came, twice; never for a refusal, a denial, a 5xx, an answer that is not valid, or another fault of a
    /// handler that the application put above it. What the work costs is recorded as an event once the authority is back,
    /// and is beyond what the budget allowed. A caller's own <see cref="ReserveOptions.IdempotencyKey"/> is one spend: it is
    /// recorded once.
    /// </summary>
    public bool FailOpen { get; set; }

    /// <summary>
    /// Shadow mode: with a report, everything is evaluated by dry runs, nothing is blocked, held or charged, and the
    /// report has what would have been. Default null: off.
    /// </summary>
    public ShadowReport? Shadow { get; set; }

    /// <summary>
    /// Whether open guards are extended, by the time-to-live they asked for, for as long as somebody has them; default
    /// true. Without, nothing watches their end either.
    /// </summary>
    public bool HeartbeatEnabled { get; set; } = true;

    /// <summary>What the loss of a hold does while its action runs; default <see cref="LeasePolicy.Warn"/>.</summary>
    public LeasePolicy LeasePolicy { get; set; }

    /// <summary>
    /// How many extensions the authority allows a hold, as far as you know, 0 or more; default 10, as with most servers.
    /// The heartbeat warns when it has used them up, and goes on until the authority refuses.
    /// </summary>
    public int MaxExtensions { get; set; } = 10;

    /// <summary>
    /// Told about every amount that was spent and is not known to be recorded: refused for good, or still open when the
    /// client ended and kept by no journal. Called once for each, on any thread; what it throws is logged.
    /// <see cref="CyclesClient.FlushAsync"/> and <see cref="CyclesClient.DisposeAsync"/> wait for it for as long as they
    /// wait at all, so it must not wait for them.
    /// </summary>
    public Action<UnrecordedSpend>? OnSpendUnrecorded { get; set; }

    /// <summary>
    /// How long <see cref="CyclesClient.DisposeAsync"/> waits for open settlements, 0 or more; default 5 s.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock of deadlines, retries, drains and measured durations; default the container's, else the system's.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>Where to log, as category <c>Cycles.Client</c>; default the container's, else nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>How messages name an option: as where it came from does, a configuration's path for example.</summary>
    internal Func<string, string> NameOf { get; set; } =
        static option => $"{nameof(CyclesClientOptions)}.{option.Replace(':', '.')}";

    /// <summary>Reads options from environment variables; those that are not set stay as they are.</summary>
    /// <remarks>
    /// <para>
    /// With the usual prefix: CYCLES_BASE_URL, CYCLES_API_KEY; CYCLES_TENANT, _WORKSPACE, _APP, _WORKFLOW, _AGENT and
    /// _TOOLSET for <see cref="Subject"/>; CYCLES_CONNECT_TIMEOUT, _READ_TIMEOUT, _RETRY_ENABLED, _RETRY_MAX_ATTEMPTS,
    /// _RETRY_INITIAL_DELAY, _RETRY_MULTIPLIER and _RETRY_MAX_DELAY; CYCLES_JOURNAL_ENABLED and _JOURNAL_DIR. Blank is as
    /// good as not set.
    /// </para>
    /// <para>
    /// A duration has a unit (<c>500ms</c>, <c>2s</c>, <c>1m</c>) or is a number of milliseconds from 100 on; a smaller
    /// number is refused, because other SDKs read seconds there.
    /// </para>
    /// </remarks>
    /// <param name="prefix">What the names begin with.</param>
    /// <returns>These options.</returns>
    /// <exception cref="OptionsValidationException">A variable can't be read; the message names each one.</exception>
    public CyclesClientOptions ReadEnvironment(string prefix = "CYCLES_")
    {
        ArgumentNullException.ThrowIfNull(prefix);
        EnvironmentSettings.Read(this, prefix, Environment.GetEnvironmentVariable);
        return this;
    }

    /// <summary>Says where the client connects to, and never with which key.</summary>
    /// <returns>The type's name and the address.</returns>
    public override string ToString() => $"{nameof(CyclesClientOptions)} {{ BaseUrl = {Address} }}";

    /// <summary>Without a user and a password, which some put there.</summary>
    private string? Address =>
        BaseUrl is { IsAbsoluteUri: true } url
            ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : null;

    /// <summary>What a client keeps: changes made later have no effect on it.</summary>
    internal CyclesClientOptions Copy() => (CyclesClientOptions)MemberwiseClone();
}
