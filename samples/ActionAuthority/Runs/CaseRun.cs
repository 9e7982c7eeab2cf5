using Cycles;

namespace ActionAuthority;

/// <summary>One run of the agent: what it tried, and what came of it.</summary>
internal sealed record CaseRun(string Name, string Protection, IReadOnlyList<CaseStep> Steps, int EmailsSent)
{
    /// <summary>What the authority has on record afterwards; empty without one.</summary>
    public IReadOnlyList<Balance> Ledger { get; init; } = [];

    public int ActionsRun => Steps.Count(step => step.Outcome.Ran);

    public static async Task<CaseRun> RunAsync(string name, string protection, CaseTools tools, IGate gate)
    {
        var steps = new List<CaseStep>();
        var agent = new CaseAgent(
            async (tool, argument) =>
            {
                var outcome = await gate.PassAsync(tool, () => tools.Run(tool, argument));
                steps.Add(new CaseStep(tool, outcome));
                return outcome.Text;
            }
        );
        await agent.HandleAsync("4711");
        return new CaseRun(name, protection, steps, tools.EmailsSent);
    }
}
