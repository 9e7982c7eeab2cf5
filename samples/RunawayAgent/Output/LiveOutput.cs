using Spectre.Console;
using Spectre.Console.Rendering;

namespace RunawayAgent;

/// <summary>Panels that move, for a terminal.</summary>
internal sealed class LiveOutput(IAnsiConsole console) : IOutput
{
    public Task<RunOutcome> ShowAsync(AgentRun run) =>
        console
            .Live(LivePanel.Of(run, new RunProgress()))
            .StartAsync(async live =>
            {
                var outcome = await run.RunAsync(progress =>
                {
                    live.UpdateTarget(LivePanel.Of(run, progress));
                    live.Refresh();
                });
                live.UpdateTarget(LivePanel.Of(run, outcome));
                return outcome;
            });

    public void Summarize(IReadOnlyList<(AgentRun Run, RunOutcome Outcome)> outcomes)
    {
        if (outcomes.Count < 2)
        {
            return;
        }

        console.WriteLine();
        var panels = outcomes.Select(IRenderable (pair) => LivePanel.Summary(pair.Run, pair.Outcome)).ToArray();
        console.Write(new Grid().AddColumns(panels.Length).AddRow(panels));
    }
}
