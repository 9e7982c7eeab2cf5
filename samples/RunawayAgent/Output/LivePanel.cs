using System.Globalization;
using Cycles;
using Spectre.Console;

namespace RunawayAgent;

/// <summary>One run as a panel: while it goes, when it ended, and at the end beside the other.</summary>
internal static class LivePanel
{
    private const int BarWidth = 30;

    public static Panel Of(AgentRun run, RunProgress progress) =>
        Framed(Title(run), Facts(run, progress), Color.Yellow);

    public static Panel Of(AgentRun run, RunOutcome outcome)
    {
        var rows = Facts(run, outcome.Progress).AddRow("end", Sentence.End(outcome).EscapeMarkup());
        return Framed(Title(run), WithLedger(rows, outcome.Ledger), ColorOf(outcome));
    }

    public static Panel Summary(AgentRun run, RunOutcome outcome)
    {
        var rows = NewGrid()
            .AddRow("calls", Calls(outcome.Progress))
            .AddRow("spent", Money.Format(outcome.Progress.Spent))
            .AddRow("time", Sentence.Seconds(outcome.Progress.Elapsed))
            .AddRow("end", outcome.Denial is { } denial ? denial.ReasonCode.ToString().EscapeMarkup() : "time is up")
            .AddRow("in an hour", Sentence.Projection(outcome.Progress, run.Budget, hours: 1))
            .AddRow("in a day", Sentence.Projection(outcome.Progress, run.Budget, hours: 24));
        return Framed(run.Name, rows, ColorOf(outcome));
    }

    private static Grid Facts(AgentRun run, RunProgress progress) =>
        NewGrid()
            .AddRow("calls", Sentence.Calls(progress).EscapeMarkup())
            .AddRow("spent", Money.Format(progress.Spent))
            .AddRow("budget", $"{Bar(progress, run.Budget)}{Sentence.Share(progress, run.Budget)}")
            .AddRow("last action", Sentence.LastAction(progress).EscapeMarkup())
            .AddRow("in an hour", Sentence.Projection(progress, run.Budget, hours: 1))
            .AddRow("in a day", Sentence.Projection(progress, run.Budget, hours: 24));

    private static Grid WithLedger(Grid rows, IReadOnlyList<Balance> ledger)
    {
        foreach (var balance in ledger)
        {
            var leaf = balance.ScopePath[(balance.ScopePath.LastIndexOf('/') + 1)..];
            rows.AddRow("ledger", $"{leaf}: {Sentence.Ledger(balance)}".EscapeMarkup());
        }

        return rows;
    }

    private static string Bar(RunProgress progress, Amount? budget)
    {
        if (budget is not { Value: > 0 } total)
        {
            return "";
        }

        var full = (int)Math.Min(BarWidth, BarWidth * (decimal)progress.Spent.Value / total.Value);
        return $"{new string('█', full)}{new string('░', BarWidth - full)} ";
    }

    private static string Calls(RunProgress progress) => progress.Calls.ToString("N0", CultureInfo.InvariantCulture);

    private static Color ColorOf(RunOutcome outcome) => outcome.Denial is null ? Color.Red : Color.Green;

    private static Grid NewGrid() => new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();

    private static string Title(AgentRun run) => $"{run.Name}: {run.Protection}";

    private static Panel Framed(string title, Grid rows, Color color) =>
        new Panel(rows).Header($" {title} ".EscapeMarkup()).BorderColor(color);
}
