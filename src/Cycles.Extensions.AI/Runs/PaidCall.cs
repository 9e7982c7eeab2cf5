using System.Text.Json;

namespace Cycles.Extensions.AI;

/// <summary>A call that is paid out of the hold of a run.</summary>
internal sealed class PaidCall(RunPart part, CyclesRun run, RunRequest request)
{
    private int _settled;

    public Caps? Caps => part.Hold.Caps;

    public string? ReservationId => part.Hold.ReservationId;

    public Amount Estimate => part.Estimate;

    /// <summary>Charges the call, or gives its part back with 0; once.</summary>
    public async ValueTask SettleAsync(
        long actual,
        CyclesMetrics? metrics = null,
        IReadOnlyDictionary<string, JsonElement>? metadata = null
    )
    {
        if (Interlocked.Exchange(ref _settled, 1) != 0)
        {
            return;
        }

        var isPaid = actual == 0 || part.TryCharge(new RunCharge(run.Tally, request.Call, actual));
        part.Close();
        if (isPaid || request.Shadow is not null)
        {
            return;
        }

        // The hold is settled, and the call cost what it cost.
        var options = new EventOptions
        {
            Subject = request.Subject,
            IdempotencyKey = run.NewKey(),
            Metrics = metrics,
            Metadata = metadata,
        };
        var spent = Estimate with { Value = actual };
        var settled = await part
            .Hold.Cycles.RecordEventAsync(request.Action, spent, options, CancellationToken.None)
            .ConfigureAwait(false);
        run.Tally.Charged(request.Call, settled.Charged ?? spent, settled.Balances);
    }
}
