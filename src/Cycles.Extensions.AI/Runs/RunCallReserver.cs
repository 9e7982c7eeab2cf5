using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>Asks for the calls of runs.</summary>
internal static class RunCallReserver
{
    /// <summary>Asks for one call, and counts the answer.</summary>
    public static async ValueTask<(CallHold? Hold, Denial? Denial)> ReserveAsync(
        CyclesRun run,
        CyclesClient cycles,
        RunRequest request,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        var (hold, denial) = await TryReserveAsync(run, cycles, request, log, cancellationToken).ConfigureAwait(false);
        if (hold is null)
        {
            run.Tally.Denied(request.Call);
        }
        else
        {
            run.Tally.LetThrough(request.Call);
        }

        return (hold, denial);
    }

    /// <summary>
    /// The nearest hold that pays for a subject's calls in a unit, from a run outwards; null where each call holds for
    /// itself.
    /// </summary>
    public static RunHold? HoldFor(
        CyclesRun? run,
        CyclesClient cycles,
        Subject? subject,
        AmountUnit unit,
        ShadowReport? shadow
    )
    {
        for (; run is not null; run = run.Around)
        {
            if (MindsRun(run, shadow) && run.Opening.HoldFor(cycles, subject, unit) is { } hold)
            {
                return hold;
            }
        }

        return null;
    }

    /// <summary>Every run that the call is in has to let it, and the nearest hold pays.</summary>
    private static async ValueTask<(CallHold? Hold, Denial? Denial)> TryReserveAsync(
        CyclesRun run,
        CyclesClient cycles,
        RunRequest request,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        if (await EnsureAsync(run, request.Shadow, cancellationToken).ConfigureAwait(false) is { } denied)
        {
            return (null, denied);
        }

        if (HoldFor(run, cycles, request.Subject, request.Call.Estimate.Unit, request.Shadow) is { } hold)
        {
            var part = hold.TryTake(request.Call.Estimate, out var denial);
            if (part is not null)
            {
                return (new CallHold(new PaidCall(part, run, request), log, run, request.Call), null);
            }

            if (denial is not null)
            {
                return request.Shadow is { } shadow
                    ? (new CallHold(new UnheldCall(shadow, request, denial, run.Clock, log), log), null)
                    : (null, denial);
            }
        }

        var options = new ReserveOptions
        {
            Subject = request.Subject,
            IdempotencyKey = run.NewKey(request.Key),
            Shadow = request.Shadow,
        };
        var attempt = await cycles
            .TryReserveAsync(request.Action, request.Call.Estimate, options, cancellationToken)
            .ConfigureAwait(false);
        return attempt.Guard is { } guard
            ? (new CallHold(guard, log, run, request.Call), null)
            : (null, attempt.Denial);
    }

    /// <summary>From the outside in: where a run does not begin, nothing begins in it.</summary>
    private static async ValueTask<Denial?> EnsureAsync(
        CyclesRun run,
        ShadowReport? shadow,
        CancellationToken cancellationToken
    )
    {
        if (
            run.Around is { } around
            && await EnsureAsync(around, shadow, cancellationToken).ConfigureAwait(false) is { } early
        )
        {
            return early;
        }

        if (!MindsRun(run, shadow))
        {
            return null;
        }

        var denied = await run.Opening.EnsureAsync(cancellationToken).ConfigureAwait(false);
        if (denied is not null)
        {
            run.EndedBy(denied);
        }

        return denied;
    }

    /// <summary>A call in shadow mode neither draws on what a real run holds nor minds what that may not do.</summary>
    private static bool MindsRun(CyclesRun run, ShadowReport? shadow) => shadow is null || run.Shadow is not null;
}
