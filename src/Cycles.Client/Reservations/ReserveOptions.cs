using System.Text.Json;

namespace Cycles;

/// <summary>What one reserve, dry run or question does differently. Everything is optional.</summary>
public sealed record ReserveOptions
{
    /// <summary>Who acts, and for whom; each open level comes from <see cref="CyclesClientOptions.Subject"/>.</summary>
    public Subject? Subject { get; init; }

    /// <summary>
    /// How long the hold lives unless extended, 1 s to 24 h; default <see cref="CyclesClientOptions.Ttl"/>.
    /// </summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>
    /// How long after that a commit is still taken, 0 to 60 s; default <see cref="CyclesClientOptions.GracePeriod"/>.
    /// </summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>What a commit above the estimate does; default <see cref="CyclesClientOptions.OveragePolicy"/>.</summary>
    public CommitOveragePolicy? OveragePolicy { get; init; }

    /// <summary>
    /// Whether the guard is extended for as long as somebody has it; default
    /// <see cref="CyclesClientOptions.HeartbeatEnabled"/>.
    /// </summary>
    public bool? HeartbeatEnabled { get; init; }

    /// <summary>
    /// What the loss of the hold does while the action runs; default <see cref="CyclesClientOptions.LeasePolicy"/>.
    /// </summary>
    public LeasePolicy? LeasePolicy { get; init; }

    /// <summary>
    /// Lets this call run in shadow mode; default <see cref="CyclesClientOptions.Shadow"/>.
    /// </summary>
    public ShadowReport? Shadow { get; init; }

    /// <summary>
    /// Names this reserve so that a repeat of it is recognised, 1 to 256 characters; default a fresh UUID. Two calls
    /// with one key share one hold, so give it only where a lost call is repeated; once that hold is settled, given back
    /// or expired the key is refused with a <see cref="CyclesException"/>. Calls of one client with one key follow each
    /// other: a repeat waits for the end of a cancelled one. A cancelled repeat leaves the hold to a guard of this client that
    /// has it; what another process holds by the key it can't know, and gives back.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Free data to keep with it; copied by the call.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>
    /// What happens when the action ran without a usable actual amount; default
    /// <see cref="CyclesClientOptions.WhenActualIsMissing"/>.
    /// </summary>
    public WhenActualIsMissing? WhenActualIsMissing { get; init; }
}
