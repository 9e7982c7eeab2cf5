using System.Text.Json;

namespace Cycles;

/// <summary>What one event says besides its amount. Everything is optional.</summary>
public sealed record EventOptions
{
    /// <summary>Who acted, and for whom; each open level comes from <see cref="CyclesClientOptions.Subject"/>.</summary>
    public Subject? Subject { get; init; }

    /// <summary>What to do where too little is left; default <see cref="CyclesClientOptions.OveragePolicy"/>.</summary>
    public CommitOveragePolicy? OveragePolicy { get; init; }

    /// <summary>
    /// Names this event so that a repeat of it is recognised, 1 to 256 characters; default a fresh UUID.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>What is worth keeping beside the amount; copied by the call.</summary>
    public CyclesMetrics? Metrics { get; init; }

    /// <summary>Free data to keep with it; copied by the call.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>When it happened by this side's clock, from 1970 on; advice only.</summary>
    public DateTimeOffset? OccurredAt { get; init; }
}
