using Cycles;

namespace ChatAgent;

/// <summary>One run of the agent: what happened, how it ended, and what the authority has on record afterwards.</summary>
internal sealed record AgentRun(
    string Name,
    string Protection,
    RunLog Log,
    string Answer,
    IReadOnlyList<Balance> Ledger,
    IReadOnlyList<string> Notes
);
