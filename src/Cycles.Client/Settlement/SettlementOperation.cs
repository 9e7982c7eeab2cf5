namespace Cycles;

/// <summary>The only settlement that a reservation will ever have, from its start on.</summary>
internal abstract class SettlementOperation
{
    /// <summary>Null while the first attempt runs, then its settlement; a completion source if somebody waits.</summary>
    private object? _end;

    /// <summary>Whether the end of a scope started it, rather than a call.</summary>
    public bool ByScopeEnd { get; init; }

    /// <summary>The client's clock, by which its attempts are timed.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where it goes instead of the ledger; null outside shadow mode.</summary>
    public ShadowCall? Shadow { get; init; }

    /// <summary>What it is, to be read after "is already".</summary>
    public abstract string Description { get; }

    /// <summary>What the first attempt came to; null while it runs, and when nothing was to be sent.</summary>
    public Settlement? Result => Volatile.Read(ref _end) as Settlement;

    /// <summary>Completes when the first attempt has ended; never faults.</summary>
    public virtual Task FirstAttempt
    {
        get
        {
            var end = Volatile.Read(ref _end);
            if (end is null)
            {
                // Nobody waits in the usual case, so the source is made by the first who does.
                var waiters = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                end = Interlocked.CompareExchange(ref _end, waiters, null) ?? waiters;
            }

            return end is TaskCompletionSource source ? source.Task : Task.CompletedTask;
        }
    }

    public void End(Settlement settlement)
    {
        if (Interlocked.Exchange(ref _end, settlement) is TaskCompletionSource waiters)
        {
            waiters.SetResult();
        }
    }
}
