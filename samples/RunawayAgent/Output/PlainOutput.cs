using System.Globalization;

namespace RunawayAgent;

/// <summary>Plain lines for files, pipes and tests: the same ones for the same options.</summary>
internal sealed class PlainOutput(TextWriter output) : IOutput
{
    public async Task<RunOutcome> ShowAsync(AgentRun run)
    {
        output.WriteLine($"{run.Name}: {run.Protection} (simulated time)");
        var outcome = await run.RunAsync(Show);
        output.WriteLine($"  {Sentence.End(outcome)}");
        output.WriteLine($"  {Sentence.Calls(outcome.Progress)}, {Money.Format(outcome.Progress.Spent)}");
        foreach (var balance in outcome.Ledger)
        {
            output.WriteLine($"  ledger {balance.ScopePath}: {Sentence.Ledger(balance)}");
        }

        output.WriteLine();
        return outcome;
    }

    public void Summarize(IReadOnlyList<(AgentRun Run, RunOutcome Outcome)> outcomes)
    {
        if (outcomes.Count < 2)
        {
            return;
        }

        Row("", outcomes.Select(pair => pair.Run.Name));
        Row("calls", outcomes.Select(pair => pair.Outcome.Progress.Calls.ToString("N0", CultureInfo.InvariantCulture)));
        Row("spent", outcomes.Select(pair => Money.Format(pair.Outcome.Progress.Spent)));
        Row("time", outcomes.Select(pair => Sentence.Seconds(pair.Outcome.Progress.Elapsed)));
        Row(
            "in an hour",
            outcomes.Select(pair => Sentence.Projection(pair.Outcome.Progress, pair.Run.Budget, hours: 1))
        );
        Row(
            "in a day",
            outcomes.Select(pair => Sentence.Projection(pair.Outcome.Progress, pair.Run.Budget, hours: 24))
        );
    }

    private void Show(RunProgress progress)
    {
        if (progress.Calls is <= 3 or 100 || progress.Calls % 250 == 0)
        {
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  call {progress.Calls, 5:N0}  {Sentence.LastAction(progress), -20} {Money.Format(progress.Spent), 7}"
                )
            );
        }
    }

    private void Row(string title, IEnumerable<string> cells) =>
        output.WriteLine($"{title, -12}{string.Concat(cells.Select(cell => $"{cell, -16}"))}".TrimEnd());
}
