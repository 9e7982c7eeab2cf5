using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActionAuthority;

/// <summary>The runs side by side, for a terminal.</summary>
internal static class PanelOutput
{
    public static void Write(IAnsiConsole console, IReadOnlyList<CaseRun> runs) =>
        console.Write(new Columns(runs.Select(IRenderable (run) => PanelOf(run))));

    private static Panel PanelOf(CaseRun run)
    {
        var rows = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var step in run.Steps)
        {
            var color = step.Outcome.Ran ? "green" : "red";
            rows.AddRow(step.Tool.EscapeMarkup(), $"[{color}]{Sentence.Outcome(step).EscapeMarkup()}[/]");
        }

        rows.AddRow("total", Sentence.Total(run));
        foreach (var balance in run.Ledger)
        {
            rows.AddRow(Sentence.Scope(balance).EscapeMarkup(), Sentence.Ledger(balance));
        }

        var header = $" {run.Name}: {run.Protection} ".EscapeMarkup();
        return new Panel(rows).Header(header).BorderColor(run.EmailsSent == 0 ? Color.Green : Color.Yellow);
    }
}
