using Cycles;

namespace ActionAuthority;

/// <summary>The words that both outputs share.</summary>
internal static class Sentence
{
    public static string Outcome(CaseStep step) => $"{(step.Outcome.Ran ? "ran" : "refused")}: {step.Outcome.Text}";

    public static string Total(CaseRun run) =>
        $"{run.ActionsRun} of {run.Steps.Count} actions ran, {run.EmailsSent} e-mail{(run.EmailsSent == 1 ? "" : "s")} sent";

    /// <summary>The last segment names a scope well enough among these.</summary>
    public static string Scope(Balance balance) => balance.ScopePath[(balance.ScopePath.LastIndexOf('/') + 1)..];

    public static string Ledger(Balance balance) =>
        $"{Money.Format(balance.Spent)} of {Money.Format(balance.Allocated)} spent, {Money.Format(balance.Reserved)} reserved";
}
