using System.Globalization;
using System.Text;

namespace Cycles.Extensions.AI;

/// <summary>What a run has come to. Immutable.</summary>
/// <remarks>
/// A call belongs to one run, the innermost, so that what several runs spent may be added up, nested ones included.
/// </remarks>
public sealed record RunSummary
{
    /// <summary>The run's id, as in the dimension <c>run</c> of its reservations.</summary>
    public required string RunId { get; init; }

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
    /// The budgets that the run drew on, as the authority told them last; empty where it tells nothing or nothing was
    /// charged.
    /// </summary>
    public required IReadOnlyList<Balance> Budgets { get; init; }

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
        text.Append(
            CultureInfo.InvariantCulture,
            $"Run {Name} ({RunId}): {Steps} steps, {Calls} calls, {Denials} denied, spent {(Spend.Count == 0 ? "nothing" : string.Join(", ", Spend))}"
        );
        AppendItems(text, Models);
        AppendItems(text, Tools);
        text.Append(UnconfiguredTools.Count == 0 ? "" : $"; unconfigured: {string.Join(", ", UnconfiguredTools)}");
        text.Append(UsedKeptReserve ? "; finished on the kept reserve" : "");
        return text.Append(Denial is { } denial ? $"; ended by {denial.ReasonCode}" : "").ToString();
    }

    private static void AppendItems(StringBuilder text, IReadOnlyList<RunItem> items)
    {
        foreach (var item in items)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {item.Name} {item.Calls} for {item.Spend}");
            text.Append(
                item.Ratio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $" (x{ratio:0.00})") : ""
            );
        }
    }
}
