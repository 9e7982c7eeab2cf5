using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>
/// What a run asks for itself when its first call does: an opinion, its hold, and what it keeps aside; again where a hold
/// was lost; and the end of both.
/// </summary>
internal sealed class RunOpening(CyclesRun run, RunOptions options, ILogger log)
{
    private readonly object _gate = new();
    private readonly RunReserver _reserver = new(run, log);
    private readonly bool _asks =
        options.Preflight is not null || options.Hold is not null || options.KeepForFinalAnswer is not null;
    private Task<Denial?>? _opened;
    private RunHold? _hold;
    private RunGrant? _kept;
    private bool _mayBegin;
    private bool _isOver;

    public bool UsedKept { get; private set; }

    /// <summary>What came with the hold that <see cref="KeptFor"/> tells of.</summary>
    public Caps? KeptCaps => Volatile.Read(ref _kept) is { } grant ? grant.Caps : Hold?.Caps;

    private RunHold? Hold => Volatile.Read(ref _hold);

    /// <summary>The hold that all calls of a client, for a tenant, in its unit share; null without one.</summary>
    public RunHold? HoldFor(CyclesClient cycles, Subject? subject, AmountUnit unit) =>
        ReferenceEquals(cycles, run.Cycles) && options.Hold?.Unit == unit && Hold is { } hold && hold.IsFor(subject)
            ? hold
            : null;

    /// <summary>What is kept aside for a final answer and still pays; null for nothing.</summary>
    public Amount? KeptFor(CyclesClient cycles, Subject? subject, AmountUnit unit)
    {
        if (!ReferenceEquals(cycles, run.Cycles) || options.KeepForFinalAnswer?.Unit != unit)
        {
            return null;
        }

        var (kept, isFor) =
            Volatile.Read(ref _kept) is { IsLost: false } grant ? (grant.Estimate.Value, grant.IsFor(subject))
            : Hold is { } hold ? (hold.Kept, hold.IsFor(subject))
            : (0, false);
        return isFor && kept > 0 ? new Amount(unit, kept) : null;
    }

    /// <returns>Why nothing of the run may run; null when it may.</returns>
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
                : _opened is null or { IsFaulted: true } or { IsCanceled: true } || HasLost(_opened)
                    ? _opened = OpenAsync()
                : _opened;
        }

        return new ValueTask<Denial?>(opened.WaitAsync(cancellationToken));
    }

    /// <summary>Takes what is kept aside; null when somebody else was faster.</summary>
    /// <param name="action">What it will pay.</param>
    /// <param name="kept">How much it is.</param>
    /// <param name="reason">Why it is needed.</param>
    /// <param name="callLog">Where to log what becomes of it.</param>
    public CallHold? TryTakeKept(CyclesAction action, Amount kept, ReasonCode reason, ILogger callLog)
    {
        var call = new RunCall(action.Name, kept, IsTool: false);
        var grant = Interlocked.Exchange(ref _kept, null);
        CallHold hold;
        if (grant?.Guard is { } guard)
        {
            hold = new CallHold(guard, callLog, run, call);
        }
        else if ((grant?.Part ?? Hold?.TryTakeKept()) is { } part)
        {
            var request = new RunRequest(call, action, run.SubjectOf(null), Key: null, Shadow: null);
            hold = new CallHold(new PaidCall(part, run, request), callLog, run, call);
        }
        else
        {
            return null;
        }

        UsedKept = true;
        RunLog.UsesKept(log, run.Id, reason);
        run.Tally.LetThrough(call);
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

        if (opened is not null)
        {
            await opened.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Interlocked.Exchange(ref _kept, null) is { } kept)
        {
            await kept.ReleaseAsync("run_ended").ConfigureAwait(false);
        }

        if (Hold is { } hold)
        {
            await hold.EndAsync("run_ended").ConfigureAwait(false);
        }
    }

    private bool HasLost(Task<Denial?> opened) =>
        opened is { IsCompletedSuccessfully: true, Result: null }
        && (Hold is { IsLost: true } || Volatile.Read(ref _kept) is { IsLost: true });

    /// <summary>Without anybody's token: others wait for it too, and what is held has to be given back.</summary>
    private async Task<Denial?> OpenAsync()
    {
        if (!_mayBegin && options.Preflight is { } expected)
        {
            if (await _reserver.AskAsync(expected).ConfigureAwait(false) is { } denied)
            {
                return denied;
            }
        }

        _mayBegin = true;
        return options.Hold is { } whole ? await HoldAsync(whole).ConfigureAwait(false)
            : options.KeepForFinalAnswer is { } kept ? await KeepAsync(kept).ConfigureAwait(false)
            : null;
    }

    /// <summary>One hold for all; after one that was lost, for what was left of it.</summary>
    private async Task<Denial?> HoldAsync(Amount amount)
    {
        var kept = options.KeepForFinalAnswer?.Value ?? 0;
        if (Hold is { } lost)
        {
            RunLog.HoldLost(log, run.Id, lost.ReservationId);
            (amount, kept) = await lost.EndAsync("hold_lost").ConfigureAwait(false);
        }

        var (grant, denial) = await _reserver.ReserveAsync(amount).ConfigureAwait(false);
        if (grant is not null)
        {
            Volatile.Write(ref _hold, new RunHold(run, grant, kept));
        }

        return denial;
    }

    /// <summary>What is kept aside, beside holds for each call. A run that has begun goes on without it.</summary>
    private async Task<Denial?> KeepAsync(Amount amount)
    {
        var lost = Volatile.Read(ref _kept);
        var (grant, denial) = await _reserver.ReserveAsync(amount).ConfigureAwait(false);
        if (lost is null)
        {
            Volatile.Write(ref _kept, grant);
            return denial;
        }

        RunLog.KeptLost(log, run.Id, lost.ReservationId, isBack: grant is not null);
        if (Interlocked.CompareExchange(ref _kept, grant, lost) == lost)
        {
            await lost.ReleaseAsync("hold_lost").ConfigureAwait(false);
        }
        else if (grant is not null)
        {
            // Somebody answers on it after all.
            await grant.ReleaseAsync("kept_used").ConfigureAwait(false);
        }

        return null;
    }
}
