namespace RunawayAgent;

/// <summary>What the agent asks its model for.</summary>
internal enum AgentStep
{
    Draft,
    Evaluate,
    Refine,
}
