namespace RunawayAgent;

/// <summary>How time passes: as it does, or simulated, so that every run looks the same.</summary>
internal sealed class Pace
{
    private readonly SimulatedClock? _simulated;

    public Pace(bool simulated)
    {
        _simulated = simulated ? new SimulatedClock() : null;
        Clock = _simulated ?? TimeProvider.System;
    }

    public TimeProvider Clock { get; }

    public Task PassAsync(TimeSpan time)
    {
        if (_simulated is null)
        {
            return Task.Delay(time, Clock);
        }

        _simulated.Advance(time);
        return Task.CompletedTask;
    }
}
