using System.Globalization;
using System.Text;

namespace Cycles.Extensions.AI;

/// <summary>What a run has come to. Immutable.</summary>
/// <remarks>
/// It counts the runs inside it too. The summaries of runs that are in no other one
/// (<see cref="OuterRunId"/> is null) add up to what the ledger has of them: what it charged, and what is on its way there.
/// </remarks>
public sealed record RunSummary
{
    /// <summary>The run's id, as in the dimension <c>run</c> of its reservations.</summary>
    public required string RunId { get; init; }

    /// <summary>The run around it, whose summary counts this one's calls too; null where there is none.</summary>
    public string? OuterRunId { get; init; }

    /// <summary>What kind of run it is.</summary>
    public required string Name { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was disposed; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How often a model was asked.</summary>
    public required int Steps { get; init; }

    /// <summary>The models, by name.</summary>
    public required IReadOnlyList<RunItem> Models { get; init; }

    /// <summary>The tools, by name.</summary>
    public required IReadOnlyList<RunItem> Tools { get; init; }

    /// <summary>The tools for which nothing but a default said what they cost, by name.</summary>
    public required IReadOnlyList<string> UnconfiguredTools { get; init; }

    /// <summary>What was spent, an amount for each unit.</summary>
    public required IReadOnlyList<Amount> Spend { get; init; }

    /// <summary>
    /// The budgets that the run drew on, by unit and scope, each as the authority told it last; empty where it tells
    /// nothing or nothing was charged.
    /// </summary>
    public required IReadOnlyList<Balance> Budgets { get; init; }

    /// <summary>
    /// How many calls had not been settled when this was taken: what they cost is not in it, or will be nothing.
    /// </summary>
    public int Unsettled { get; init; }

    /// <summary>How many hand-offs were recorded.</summary>
    public required int HandOffs { get; init; }

    /// <summary>Whether the last answer came out of <see cref="RunOptions.KeepForFinalAnswer"/>.</summary>
    public required bool UsedKeptReserve { get; init; }

    /// <summary>What ended the run; null where nothing did.</summary>
    public Denial? Denial { get; init; }

    /// <summary>How many calls were let through.</summary>
    public int Calls => Models.Concat(Tools).Sum(item => item.Calls);

    /// <summary>How many calls were denied, also those that a model read and went on, or that a fallback took over.</summary>
    public int Denials => Models.Concat(Tools).Sum(item => item.Denials);

    /// <summary>The run in one line, for logs.</summary>
    /// <returns>Culture-invariant text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Run {Name} ({RunId}");
        text.Append(OuterRunId is null ? "" : $" in {OuterRunId}");
        text.Append(
            CultureInfo.InvariantCulture,
            $"): {Time(StartedAt)} to {(EndedAt is { } end ? Time(end) : "now")}"
        );
        text.Append(CultureInfo.InvariantCulture, $", {Steps} steps, {Calls} calls, {Denials} denied");
        text.Append(
            CultureInfo.InvariantCulture,
            $", spent {(Spend.Count == 0 ? "nothing" : string.Join(", ", Spend))}"
        );
        foreach (var item in Models.Concat(Tools))
        {
            text.Append("; ").Append(item);
        }

        foreach (var budget in Budgets)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {budget.Scope} has {budget.Remaining} left");
        }

        text.Append(UnconfiguredTools.Count == 0 ? "" : $"; unconfigured: {string.Join(", ", UnconfiguredTools)}");
        text.Append(HandOffs == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {HandOffs} hand-offs"));
        text.Append(
            Unsettled == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {Unsettled} not settled yet")
        );
        text.Append(UsedKeptReserve ? "; finished on the kept reserve" : "");
        return text.Append(Denial is { } denial ? $"; ended by {denial.ReasonCode}" : "").ToString();
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
