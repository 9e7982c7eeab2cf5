using Cycles;
using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;

namespace ChatAgent;

/// <summary>What happens in one run, in order: model turns, and the tools that each asked for.</summary>
internal sealed class RunLog
{
    private readonly List<RunTurn> _turns = [];

    public IReadOnlyList<RunTurn> Turns => _turns;

    public decimal Dollars => _turns.Sum(turn => turn.Dollars);

    public int Count(string tool) =>
        _turns.Sum(turn => turn.Tools.Count(step => step.Name == tool && step.Denied is null));

    public void AddTurn(string model, UsageDetails usage, int? mostTokens)
    {
        var (input, output) = ScriptedModel.Prices[model];
        var dollars = (usage.InputTokenCount * input + usage.OutputTokenCount * output) / 1_000_000;
        _turns.Add(new RunTurn(dollars ?? 0, model, mostTokens, []));
    }

    public void AddRun(string tool) => _turns[^1].Tools.Add((tool, null));

    public void AddDenial(ToolDenial denied) => _turns[^1].Tools.Add((denied.Tool, denied.Denial.ReasonCode));
}
