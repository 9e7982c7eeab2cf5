using Cycles;

namespace RunawayAgent;

/// <summary>Where a run stands after a call.</summary>
internal sealed record RunProgress
{
    public int Drafts { get; init; }

    public int Evaluations { get; init; }

    public int Refinements { get; init; }

    public Amount Spent { get; init; } = Amount.Usd(0);

    public TimeSpan Elapsed { get; init; }

    public AgentStep LastStep { get; init; }

    /// <summary>What the last call returned, in short.</summary>
    public string LastResult { get; init; } = "";

    public int Calls => Drafts + Evaluations + Refinements;

    public decimal DollarsPerHour =>
        Elapsed > TimeSpan.Zero ? Money.Dollars(Spent) * TimeSpan.TicksPerHour / Elapsed.Ticks : 0;

    public RunProgress After(AgentStep step, string result, TimeSpan elapsed) =>
        this with
        {
            Drafts = Drafts + (step == AgentStep.Draft ? 1 : 0),
            Evaluations = Evaluations + (step == AgentStep.Evaluate ? 1 : 0),
            Refinements = Refinements + (step == AgentStep.Refine ? 1 : 0),
            Spent = Amount.UsdMicrocents(Spent.Value + Money.PerCall.Value),
            Elapsed = elapsed,
            LastStep = step,
            LastResult = step == AgentStep.Evaluate ? $"score {result}" : "text",
        };
}
