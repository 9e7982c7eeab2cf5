namespace Cycles.Extensions.AI;

/// <summary>
/// Counts how often a run asks a model, and holds it to its limit and its pauses, and to those of the runs around it.
/// Thread-safe: all runs of a nest share one lock, because a step is taken in all of them or in none.
/// </summary>
internal sealed class RunSteps(CyclesRun run, int? max, TimeSpan cooldown, TimeProvider time, RunSteps? around)
{
    /// <summary>No timer is set for more than 49 days.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly object _gate = around?._gate ?? new();
    private long _max = max ?? long.MaxValue;
    private int _count;
    private long? _lastBegan;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a step, if one is left, after the pause that is due.</summary>
    /// <returns>The run that has none left, null where all have; and whether it was the last one.</returns>
    public async ValueTask<(CyclesRun? Spent, bool IsLast)> TryTakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan left;
            TimeProvider clock;
            lock (_gate)
            {
                if (Spent() is { } spent)
                {
                    return (spent, false);
                }

                (left, clock) = Pause();
                if (left <= TimeSpan.Zero)
                {
                    Begin();
                    return (null, Add());
                }
            }

            await Task.Delay(left < LongestWait ? left : LongestWait, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a step in shadow mode, where no limit and no pause stops it, and which makes none for real ones.</summary>
    /// <returns>The run that had none left.</returns>
    public CyclesRun? Take()
    {
        lock (_gate)
        {
            var spent = Spent();
            Add();
            return spent;
        }
    }

    /// <summary>Gives back a step whose call was denied.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            for (var steps = this; steps is not null; steps = steps.Around)
            {
                steps._count--;
            }
        }
    }

    /// <summary>
    /// The authority leaves so many after the step that asked; what it said before still holds. It speaks of who asked,
    /// which a run around may not be.
    /// </summary>
    public void Note(Caps? caps)
    {
        if (caps?.MaxStepsRemaining is { } left)
        {
            lock (_gate)
            {
                _max = Math.Min(_max, left < long.MaxValue - _count ? _count + left : long.MaxValue);
            }
        }
    }

    private RunSteps? Around => around;

    private CyclesRun? Spent() => !run.IsEnded && _count >= _max ? run : around?.Spent();

    private (TimeSpan Left, TimeProvider Clock) Pause()
    {
        var longest = around?.Pause() ?? (Left: TimeSpan.Zero, Clock: time);
        var own = run.IsEnded || _lastBegan is not { } last ? TimeSpan.Zero : cooldown - time.GetElapsedTime(last);
        return own > longest.Left ? (own, time) : longest;
    }

    private void Begin()
    {
        _lastBegan = time.GetTimestamp();
        around?.Begin();
    }

    /// <returns>Whether it is the last one of any of the runs.</returns>
    private bool Add()
    {
        _count++;
        return (around?.Add() ?? false) | (!run.IsEnded && _count >= _max);
    }
}
