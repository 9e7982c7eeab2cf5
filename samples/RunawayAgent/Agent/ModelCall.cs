namespace RunawayAgent;

/// <summary>All that the agent knows about its model: it asks and gets text.</summary>
internal delegate Task<string> ModelCall(AgentStep step, string prompt);
