using Microsoft.Extensions.Time.Testing;

namespace Cycles.Client.Tests;

/// <summary>A fake clock that counts its timers, and how often they call back.</summary>
internal sealed class CountingClock : FakeTimeProvider
{
    private int _timers;
    private int _callbacks;

    public int Timers => Volatile.Read(ref _timers);

    public int Callbacks => Volatile.Read(ref _callbacks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _timers);
        return base.CreateTimer(
            s =>
            {
                Interlocked.Increment(ref _callbacks);
                callback(s);
            },
            state,
            dueTime,
            period
        );
    }
}
