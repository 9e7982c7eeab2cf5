namespace Cycles.Extensions.AI;

/// <summary>Counts how often a run asks a model, and holds it to its limit and its pauses. Thread-safe.</summary>
internal sealed class RunSteps(int? max, TimeSpan cooldown, TimeProvider time)
{
    private readonly object _gate = new();
    private long _max = max ?? long.MaxValue;
    private int _count;
    private long? _lastBegan;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a step, if one is left, after the pause that is due.</summary>
    /// <returns>Null without a step left; else whether it is the last one.</returns>
    public async ValueTask<bool?> TryTakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan left;
            lock (_gate)
            {
                if (_count >= _max)
                {
                    return null;
                }

                left = _lastBegan is { } last ? cooldown - time.GetElapsedTime(last) : TimeSpan.Zero;
                if (left <= TimeSpan.Zero)
                {
                    _lastBegan = time.GetTimestamp();
                    return ++_count == _max;
                }
            }

            await Task.Delay(left, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a step in shadow mode, where no limit and no pause stops it.</summary>
    /// <returns>Whether one was left.</returns>
    public bool Take()
    {
        lock (_gate)
        {
            _lastBegan = time.GetTimestamp();
            return ++_count <= _max;
        }
    }

    /// <summary>Gives back a step whose call was denied.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            _count--;
        }
    }

    /// <summary>The authority leaves so many after the step that asked; what it said before still holds.</summary>
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
}
