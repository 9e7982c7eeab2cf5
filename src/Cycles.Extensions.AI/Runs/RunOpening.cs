using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>
/// What a run asks for itself, once, when its first call does: an opinion, its hold, and what it keeps aside; and the end
/// of both.
/// </summary>
internal sealed class RunOpening(CyclesRun run, RunOptions options, ILogger log)
{
    private readonly object _gate = new();
    private readonly bool _asks =
        options.Preflight is not null || options.Hold is not null || options.KeepForFinalAnswer is not null;
    private Task<Denial?>? _opened;
    private ReservationGuard? _kept;
    private bool _isOver;

    /// <summary>The hold that all calls share; null without one.</summary>
    public RunHold? Hold { get; private set; }

    public bool UsedKept { get; private set; }

    public bool HasKept => Volatile.Read(ref _kept) is not null || Hold?.HasKept == true;

    /// <returns>Why the run must not begin; null when it may.</returns>
    public ValueTask<Denial?> EnsureAsync(CancellationToken cancellationToken)
    {
        if (!_asks)
        {
            return default;
        }

        Task<Denial?> opened;
        lock (_gate)
        {
            // One that failed says nothing about the next one. Once the run is over, nobody would give anything back.
            opened =
                _isOver ? Task.FromResult<Denial?>(null)
                : _opened is null or { IsFaulted: true } or { IsCanceled: true } ? _opened = OpenAsync()
                : _opened;
        }

        return new ValueTask<Denial?>(opened.WaitAsync(cancellationToken));
    }

    public CallHold? TryTakeKept(CyclesAction action, RunCall call, ILogger callLog)
    {
        CallHold? hold =
            Interlocked.Exchange(ref _kept, null) is { } guard ? new CallHold(guard, callLog, run, call)
            : Hold?.TryTakeKept(new RunRequest(call, action, run.SubjectOf(null), Key: null, Shadow: null)) is { } share
                ? new CallHold(share, run, call, callLog)
            : null;
        UsedKept |= hold is not null;
        return hold;
    }

    /// <summary>Settles the hold, and gives back what is kept. Never throws.</summary>
    public async Task EndAsync()
    {
        Task? opened;
        lock (_gate)
        {
            _isOver = true;
            opened = _opened;
        }

        try
        {
            if (opened is not null)
            {
                await opened.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (Interlocked.Exchange(ref _kept, null) is { } kept)
            {
                await kept.ReleaseAsync("run_ended").ConfigureAwait(false);
            }

            if (Hold is not null)
            {
                await Hold.EndAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            RunLog.SettlementFailed(log, run.Id, Hold?.Spent ?? default, e);
        }
    }

    /// <summary>Without anybody's token: others wait for it too, and what is held has to be given back.</summary>
    private async Task<Denial?> OpenAsync()
    {
        var action = new CyclesAction("agent.run", run.Name);
        if (options.Preflight is { } expected && await AskAsync(action, expected).ConfigureAwait(false) is { } denied)
        {
            if (run.Shadow is null)
            {
                return denied;
            }

            Shadowed(run.Shadow, action, denied);
        }

        if ((options.Hold ?? options.KeepForFinalAnswer) is not { } amount)
        {
            return null;
        }

        var attempt = await run.Cycles.TryReserveAsync(action, amount, NewOptions()).ConfigureAwait(false);
        if (attempt.Guard is not { } guard)
        {
            return attempt.Denial;
        }

        if (options.Hold is null)
        {
            Volatile.Write(ref _kept, guard);
        }
        else
        {
            Hold = new RunHold(run, guard, options.KeepForFinalAnswer?.Value ?? 0);
        }

        return null;
    }

    private async Task<Denial?> AskAsync(CyclesAction action, Amount expected)
    {
        var opinion = await run.Cycles.DecideAsync(action, expected, NewOptions()).ConfigureAwait(false);
        return opinion.Decision != Decision.Deny
            ? null
            : new Denial
            {
                ReasonCode = opinion.ReasonCode ?? new ReasonCode("DENY"),
                Message = $"The authority expects the run '{run.Name}' to fail.",
                Requested = expected,
                RetryAfter = opinion.RetryAfterMs is { } wait
                    ? TimeSpan.FromMilliseconds(Math.Clamp(wait, 0, int.MaxValue))
                    : opinion.ResponseMetadata.RetryAfter,
                AffectedScopes = opinion.AffectedScopes ?? [],
                Metadata = opinion.ResponseMetadata,
            };
    }

    /// <summary>The run goes on all the same; what each of its calls would have saved is not known here.</summary>
    private void Shadowed(ShadowReport shadow, CyclesAction action, Denial denied)
    {
        var call = new RunCall(run.Name, denied.Requested with { Value = 0 }, IsTool: false);
        var request = new RunRequest(call, action, run.SubjectOf(null), Key: null, shadow);
        new UnheldCall(shadow, request, denied, options.TimeProvider ?? TimeProvider.System).Settle(call.Estimate);
    }

    private ReserveOptions NewOptions() =>
        new()
        {
            Subject = run.SubjectOf(null),
            IdempotencyKey = run.NewKey(),
            Shadow = run.Shadow,
        };
}
