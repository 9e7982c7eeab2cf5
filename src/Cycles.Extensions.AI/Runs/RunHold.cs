using System.Text.Json;

namespace Cycles.Extensions.AI;

/// <summary>One hold that many calls share: each takes its part, and what they cost is committed once. Thread-safe.</summary>
internal sealed class RunHold(CyclesRun run, ReservationGuard guard, long kept)
{
    private readonly object _gate = new();
    private long _open;
    private long _spent;
    private long _kept = kept;
    private bool _hasEnded;

    public Caps? Caps => guard.Caps;

    public string? ReservationId => guard.ReservationId;

    public Amount Spent => new(guard.Estimate.Unit, Interlocked.Read(ref _spent));

    public bool HasKept => Interlocked.Read(ref _kept) > 0;

    /// <summary>Takes a part for a call.</summary>
    public RunShare? TryTake(in RunRequest request, out Denial? denial)
    {
        var estimate = request.Call.Estimate;
        lock (_gate)
        {
            var left = guard.Estimate.Value - _kept - _open - _spent;
            if (!_hasEnded && estimate.Value <= left)
            {
                _open += estimate.Value;
                denial = null;
                return new RunShare(this, request);
            }

            denial = new Denial
            {
                ReasonCode = LocalReasons.RunHoldSpent,
                Message = $"The run '{run.Name}' holds {guard.Estimate} in all, and too little of it is left.",
                Requested = estimate,
                Remaining = new SignedAmount(estimate.Unit, left),
                AffectedScopes = guard.AffectedScopes,
            };
            return null;
        }
    }

    /// <summary>Takes what is kept for a final answer; null when it is gone.</summary>
    public RunShare? TryTakeKept(in RunRequest request)
    {
        lock (_gate)
        {
            if (_hasEnded || _kept == 0)
            {
                return null;
            }

            _kept = 0;
            _open += request.Call.Estimate.Value;
            return new RunShare(this, request);
        }
    }

    /// <summary>Charges a call, or gives its part back with 0.</summary>
    public async ValueTask SettleAsync(
        RunRequest request,
        long actual,
        CyclesMetrics? metrics,
        IReadOnlyDictionary<string, JsonElement>? metadata
    )
    {
        lock (_gate)
        {
            if (!_hasEnded)
            {
                _open -= request.Call.Estimate.Value;
                _spent = checked(_spent + actual);
                return;
            }
        }

        // The hold is settled, and the call cost what it cost.
        if (actual > 0 && request.Shadow is null)
        {
            var options = new EventOptions
            {
                Subject = request.Subject,
                Metrics = metrics,
                Metadata = metadata,
            };
            await run
                .Cycles.RecordEventAsync(
                    request.Action,
                    new Amount(request.Call.Estimate.Unit, actual),
                    options,
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
    }

    /// <summary>Commits what was spent; without anything, gives all of it back.</summary>
    public async Task EndAsync()
    {
        lock (_gate)
        {
            _hasEnded = true;
        }

        if (_spent == 0)
        {
            await guard.ReleaseAsync("run_ended").ConfigureAwait(false);
            return;
        }

        var settlement = await guard.CommitAsync(Spent).ConfigureAwait(false);
        run.Tally.Told(settlement.Balances);
    }
}
