using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Cycles.Extensions.AI;

/// <summary>The pauses that the authority asked for, by who has to make them; one for all guards of a client.</summary>
internal sealed class Cooldowns
{
    /// <summary>Past this many subjects, pauses that are over are cleared away.</summary>
    private const int ClearedFrom = 1_000;

    private static readonly ConditionalWeakTable<CyclesClient, Cooldowns> All = new();
    private static readonly Subject Nobody = new();

    private readonly ConcurrentDictionary<Subject, Pause> _pauses = new();

    /// <summary>Asking an empty dictionary costs more than this, and most authorities never set a cooldown.</summary>
    private volatile bool _any;

    public static Cooldowns Of(CyclesClient cycles) => All.GetValue(cycles, static _ => new Cooldowns());

    /// <summary>How long a subject still has to wait; zero when it may act.</summary>
    private TimeSpan Remaining(Subject? subject)
    {
        if (!_any || !_pauses.TryGetValue(KeyOf(subject), out var pause))
        {
            return TimeSpan.Zero;
        }

        var left = pause.Left;
        if (left <= TimeSpan.Zero)
        {
            _pauses.TryRemove(KeyValuePair.Create(KeyOf(subject), pause));
        }

        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>
    /// Waits until a subject may act, for <paramref name="most"/> in all: others may act meanwhile and bring new pauses.
    /// </summary>
    /// <returns>What is left of a pause that is longer; zero when the subject may act.</returns>
    public async ValueTask<TimeSpan> WaitAsync(
        Subject? subject,
        TimeSpan most,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        while (Remaining(subject) is var left && left > TimeSpan.Zero)
        {
            if (left > most)
            {
                return left;
            }

            most -= left;
            await Task.Delay(left, time, cancellationToken).ConfigureAwait(false);
        }

        return TimeSpan.Zero;
    }

    /// <summary>Notes what came with an answer.</summary>
    public void Note(Subject? subject, Caps? caps, TimeProvider time)
    {
        if (caps?.CooldownMs is not > 0)
        {
            return;
        }

        _any = true;
        var length = TimeSpan.FromMilliseconds(Math.Min(caps.CooldownMs.Value, int.MaxValue));
        _pauses[KeyOf(subject)] = new Pause(time, time.GetTimestamp(), length);
        if (_pauses.Count > ClearedFrom)
        {
            foreach (var over in _pauses.Where(pair => pair.Value.Left <= TimeSpan.Zero))
            {
                _pauses.TryRemove(over);
            }
        }
    }

    /// <summary>Model calls and tools of one agent pause together: without the toolset, and without what only labels.</summary>
    private static Subject KeyOf(Subject? subject) =>
        subject is null ? Nobody
        : subject is { Toolset: null, Dimensions: null } ? subject
        : subject with { Toolset = null, Dimensions = null };

    private sealed record Pause(TimeProvider Time, long Since, TimeSpan Length)
    {
        public TimeSpan Left => Length - Time.GetElapsedTime(Since);
    }
}
