using System.Globalization;
using Cycles;

namespace RunawayAgent;

/// <summary>The words that both outputs share.</summary>
internal static class Sentence
{
    public static string Calls(RunProgress progress) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.Calls:N0} calls ({progress.Drafts:N0} draft, {progress.Evaluations:N0} evaluations, {progress.Refinements:N0} refinements)"
        );

    public static string LastAction(RunProgress progress) =>
        progress.Calls == 0 ? "none" : $"{progress.LastStep.ToString().ToLowerInvariant()}: {progress.LastResult}";

    public static string End(RunOutcome outcome) =>
        outcome.Denial is { } denial
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"call {outcome.Progress.Calls + 1:N0} refused before it ran: {denial.ReasonCode} by {denial.Scope}"
            )
            : $"time is up after {Seconds(outcome.Progress.Elapsed)}";

    public static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    /// <summary>What it comes to when it goes on like this and nobody looks.</summary>
    public static string Projection(RunProgress progress, Amount? budget, int hours) =>
        budget is { } most ? $"at most {Money.Format(most)}" : Money.Format(progress.DollarsPerHour * hours);

    public static string Share(RunProgress progress, Amount? budget) =>
        budget is { } total
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{100m * progress.Spent.Value / total.Value:0} % of {Money.Format(total)}"
            )
            : "no budget";

    public static string Ledger(Balance balance) =>
        $"spent {Money.Format(balance.Spent ?? default)}, reserved {Money.Format(balance.Reserved ?? default)}";
}
