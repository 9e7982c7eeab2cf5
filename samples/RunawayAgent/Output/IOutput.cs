namespace RunawayAgent;

/// <summary>Shows runs as they go and what came of them.</summary>
internal interface IOutput
{
    Task<RunOutcome> ShowAsync(AgentRun run);

    /// <summary>The last screen: what each run came to, beside the other.</summary>
    void Summarize(IReadOnlyList<(AgentRun Run, RunOutcome Outcome)> outcomes);
}
