using System.Globalization;
using Spectre.Console;

namespace ChatAgent;

/// <summary>A panel for each run, for a terminal.</summary>
internal static class PanelOutput
{
    public static void Write(IAnsiConsole console, IReadOnlyList<AgentRun> runs)
    {
        foreach (var run in runs)
        {
            console.Write(PanelOf(run));
        }
    }

    private static Panel PanelOf(AgentRun run)
    {
        var rows = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (turn, number) in run.Log.Turns.Take(Sentence.MostTurns).Select((turn, i) => (turn, i + 1)))
        {
            var color = turn.Tools.Exists(step => step.Denied is not null) ? "red" : "green";
            rows.AddRow(
                number.ToString(CultureInfo.InvariantCulture),
                Sentence.Cost(turn),
                $"[{color}]{Sentence.Turn(turn).EscapeMarkup()}[/]"
            );
        }

        if (run.Log.Turns.Count > Sentence.MostTurns)
        {
            rows.AddRow("...", "", "");
        }

        rows.AddRow("", "answer", run.Answer.EscapeMarkup());
        rows.AddRow("", "total", Sentence.Total(run.Log));
        foreach (var note in run.Notes)
        {
            rows.AddRow("", "run", note.EscapeMarkup());
        }

        foreach (var balance in run.Ledger)
        {
            rows.AddRow("", "ledger", Sentence.Ledger(balance));
        }

        return new Panel(rows)
            .Header($" {run.Name}: {run.Protection} ".EscapeMarkup())
            .BorderColor(run.Ledger.Count == 0 ? Color.Red : Color.Green);
    }
}
