using System.Text.Json;

namespace Cycles.Authority;

/// <summary>What few reservations carry; made when first needed.</summary>
internal sealed class ReservationExtras
{
    public Caps? Caps { get; set; }

    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; set; }

    public IReadOnlyDictionary<string, JsonElement>? CommittedMetadata { get; set; }

    public CyclesMetrics? Metrics { get; set; }

    public string? ReleaseReason { get; set; }

    /// <summary>Extensions by their keys, for replay.</summary>
    public Dictionary<string, (ReservationExtendRequest Request, long ExpiresAt)>? Extensions { get; set; }
}
