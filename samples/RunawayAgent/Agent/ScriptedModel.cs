using System.Globalization;

namespace RunawayAgent;

/// <summary>Stands in for a model: every call takes the same time, and evaluations score 5.5 to 6.9.</summary>
internal sealed class ScriptedModel(int seed, Pace pace)
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(12);

    private readonly Random _scores = new(seed);

    private int _revision;

    public async Task<string> CallAsync(AgentStep step)
    {
        await pace.PassAsync(Latency);
        return step switch
        {
            AgentStep.Evaluate => (_scores.Next(55, 70) / 10m).ToString("0.0", CultureInfo.InvariantCulture),
            _ => $"Hello, we are looking into your refund (revision {++_revision}).",
        };
    }
}
