using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>
/// One piece of guarded work from its hold to its one settlement: the only place where an adapter asks and settles.
/// Settling never throws, because no settlement may hide what the work returned or threw.
/// </summary>
internal sealed class CallHold
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Counted = Marked("counted");
    private static readonly IReadOnlyDictionary<string, JsonElement> Estimated = Marked("estimate");

    private readonly ReservationGuard? _guard;
    private readonly PaidCall? _paid;
    private readonly UnheldCall? _unheld;
    private readonly CyclesRun? _run;
    private readonly RunCall _call;
    private readonly ILogger _log;

    /// <summary>A hold of its own.</summary>
    public CallHold(ReservationGuard guard, ILogger log, CyclesRun? run = null, RunCall call = default)
    {
        _guard = guard;
        _log = log;
        _run = run;
        _call = call;
        run?.Tally.Began();
    }

    /// <summary>A part of a run's hold.</summary>
    public CallHold(PaidCall paid, ILogger log, CyclesRun run, RunCall call)
    {
        _paid = paid;
        _log = log;
        _run = run;
        _call = call;
        run.Tally.Began();
    }

    /// <summary>No hold, in shadow mode.</summary>
    public CallHold(UnheldCall unheld, ILogger log)
    {
        _unheld = unheld;
        _log = log;
    }

    public Caps? Caps => _guard is null ? _paid?.Caps : _guard.Caps;

    /// <summary>The call as the books of a run name it; of no use outside one.</summary>
    public RunCall Call => _unheld?.Call ?? _call;

    public Amount Estimate => _guard?.Estimate ?? _paid?.Estimate ?? _unheld!.Estimate;

    private string? Id => _guard is null ? _paid?.ReservationId : _guard.ReservationId;

    /// <summary>Asks, in the run that the calling code is in, if it is in one.</summary>
    public static async ValueTask<(CallHold? Hold, Denial? Denial)> TryReserveAsync(
        CyclesClient cycles,
        RunRequest request,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        if (CyclesRun.Current is { } run)
        {
            return await RunCallReserver
                .ReserveAsync(run, cycles, request, log, cancellationToken)
                .ConfigureAwait(false);
        }

        var options = new ReserveOptions
        {
            Subject = request.Subject,
            IdempotencyKey = request.Key,
            Shadow = request.Shadow,
        };
        var attempt = await cycles
            .TryReserveAsync(request.Action, request.Call.Estimate, options, cancellationToken)
            .ConfigureAwait(false);
        return (attempt.Guard is { } guard ? new CallHold(guard, log) : null, attempt.Denial);
    }

    /// <summary>Without the caller's token: the work is done, and its cost does not go away.</summary>
    public async ValueTask CommitAsync(Amount actual, ActualSource source, CyclesMetrics? metrics = null)
    {
        try
        {
            var metadata = source switch
            {
                ActualSource.Counted => Counted,
                ActualSource.Estimate => Estimated,
                _ => null,
            };
            _unheld?.Settle(actual);
            if (_paid is not null)
            {
                await _paid.SettleAsync(actual.Value, metrics, metadata).ConfigureAwait(false);
            }

            if (_guard is not null)
            {
                Count(
                    await _guard.CommitAsync(actual, metrics, metadata, CancellationToken.None).ConfigureAwait(false)
                );
            }
        }
        catch (Exception e)
        {
            AdapterLog.CommitFailed(_log, Id, actual, e);
            if (_guard is not null)
            {
                await EndAsync(_guard, actual, e).ConfigureAwait(false);
            }
        }

        _run?.Tally.Settled();
    }

    public async ValueTask ReleaseAsync(string reason)
    {
        try
        {
            _unheld?.Settle(_unheld.Estimate with { Value = 0 });
            if (_paid is not null)
            {
                await _paid.SettleAsync(actual: 0).ConfigureAwait(false);
            }

            if (_guard is not null)
            {
                await _guard.ReleaseAsync(reason, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            AdapterLog.ReleaseFailed(_log, Id, e);
        }

        _run?.Tally.Settled();
    }

    /// <summary>Gives the hold of a call back that was refused after all, before it ran.</summary>
    public ValueTask RefuseAsync(string reason)
    {
        _run?.Tally.Refused(_call);
        return ReleaseAsync(reason);
    }

    /// <summary>A commit threw: what the ledger has all the same counts as spent.</summary>
    private async ValueTask EndAsync(ReservationGuard guard, Amount actual, Exception thrown)
    {
        // Where the commit was refused for its arguments, this settles what is known.
        await guard.DisposeAsync().ConfigureAwait(false);
        if (thrown is ArgumentException)
        {
            _run?.Tally.Charged(_call, actual, balances: null);
        }
        else if (thrown is CyclesException { Settlement: { Outcome: not SettlementOutcome.Rejected } settled })
        {
            Count(settled);
        }
    }

    private void Count(Settlement settled)
    {
        if (settled.Outcome != SettlementOutcome.Shadowed)
        {
            _run?.Tally.Charged(_call, settled.Charged ?? settled.Actual ?? _call.Estimate, settled.Balances);
        }
    }

    private static Dictionary<string, JsonElement> Marked(string source)
    {
        using var json = JsonDocument.Parse($"\"{source}\"");
        return new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            ["actual_source"] = json.RootElement.Clone(),
        };
    }
}
