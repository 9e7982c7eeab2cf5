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

    private readonly ReservationGuard _guard;
    private readonly ILogger _log;

    private CallHold(ReservationGuard guard, ILogger log)
    {
        _guard = guard;
        _log = log;
    }

    public Caps? Caps => _guard.Caps;

    public Amount Estimate => _guard.Estimate;

    public static async ValueTask<CallHold> ReserveAsync(
        CyclesClient cycles,
        CyclesAction action,
        Amount estimate,
        Subject? subject,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        var options = subject is null ? null : new ReserveOptions { Subject = subject };
        var (hold, denial) = await TryReserveAsync(cycles, action, estimate, options, log, cancellationToken)
            .ConfigureAwait(false);
        return hold ?? throw new BudgetDeniedException(denial!);
    }

    /// <summary>Where a denial is an answer and no exception.</summary>
    public static async ValueTask<(CallHold? Hold, Denial? Denial)> TryReserveAsync(
        CyclesClient cycles,
        CyclesAction action,
        Amount estimate,
        ReserveOptions? options,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        var attempt = await cycles.TryReserveAsync(action, estimate, options, cancellationToken).ConfigureAwait(false);
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
            await _guard.CommitAsync(actual, metrics, metadata, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            AdapterLog.CommitFailed(_log, _guard.ReservationId, actual, e);

            // Where the commit was refused for its arguments, this settles what is known.
            await _guard.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask ReleaseAsync(string reason)
    {
        try
        {
            await _guard.ReleaseAsync(reason, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            AdapterLog.ReleaseFailed(_log, _guard.ReservationId, e);
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
