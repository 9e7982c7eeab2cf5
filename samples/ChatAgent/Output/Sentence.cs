using System.Globalization;
using System.Text.Json;
using Cycles;

namespace ChatAgent;

/// <summary>What both outputs share: their words, and how much they show.</summary>
internal static class Sentence
{
    /// <summary>As much of a run as anybody reads.</summary>
    public const int MostTurns = 8;

    public static string Turn(RunTurn turn) =>
        (turn.Model == ScriptedModel.Name ? "" : $"{turn.Model}: ")
        + (turn.Tools.Count == 0 ? "answers" : string.Join(", ", turn.Tools.Select(Tool)));

    public static string Cost(RunTurn turn) =>
        string.Create(CultureInfo.InvariantCulture, $"${turn.Dollars:0.0000}, at most {turn.MostTokens} tokens");

    public static string Total(RunLog log) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{log.Turns.Count} model calls for ${log.Dollars:0.0000}, {Emails(log.Count("send_email"))}, ${25 * log.Count("issue_credit")} given away"
        );

    public static string Ledger(Balance balance) =>
        $"{Format(balance.Spent)} of {Format(balance.Allocated)} spent, {Format(balance.Reserved)} reserved";

    private static string Emails(int count) => $"{count} e-mail{(count == 1 ? "" : "s")}";

    private static string Tool((string Name, ReasonCode? Denied) step) =>
        step.Denied is { } reason ? $"{step.Name} denied ({reason})" : step.Name;

    /// <summary>The first line of a shadow report, without its time.</summary>
    public static string Refusal(string report)
    {
        using var line = JsonDocument.Parse(report.Split('\n')[0]);
        return $"{line.RootElement.GetProperty("action").GetProperty("name")}, {line.RootElement.GetProperty("reason_code")}";
    }

    public static string Format(Amount? amount) =>
        amount is { Unit: AmountUnit.UsdMicrocents } money
            ? string.Create(CultureInfo.InvariantCulture, $"${(decimal)money.Value / Amount.MicrocentsPerUsd:0.0000}")
            : string.Create(CultureInfo.InvariantCulture, $"{amount?.Value} points");
}
