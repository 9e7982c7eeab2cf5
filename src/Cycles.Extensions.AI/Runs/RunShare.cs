using System.Text.Json;

namespace Cycles.Extensions.AI;

/// <summary>A call's part of a run's hold.</summary>
internal sealed class RunShare(RunHold hold, RunRequest request)
{
    private int _settled;

    public Caps? Caps => hold.Caps;

    public string? ReservationId => hold.ReservationId;

    public bool IsShadow => request.Shadow is not null;

    public Amount Estimate => request.Call.Estimate;

    /// <summary>Charges the call; once.</summary>
    public ValueTask SettleAsync(
        long actual,
        CyclesMetrics? metrics = null,
        IReadOnlyDictionary<string, JsonElement>? metadata = null
    ) => Interlocked.Exchange(ref _settled, 1) == 0 ? hold.SettleAsync(request, actual, metrics, metadata) : default;
}
