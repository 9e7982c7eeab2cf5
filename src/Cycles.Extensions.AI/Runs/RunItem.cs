using System.Globalization;

namespace Cycles.Extensions.AI;

/// <summary>What one model or one tool came to in a run, in one unit. Immutable.</summary>
public sealed record RunItem
{
    /// <summary>The model or tool, as its guard names it to the authority.</summary>
    public required string Name { get; init; }

    /// <summary>How many calls were let through, also those that failed afterwards.</summary>
    public required int Calls { get; init; }

    /// <summary>How many calls were denied, by the authority or on this side.</summary>
    public required int Denials { get; init; }

    /// <summary>What the calls were charged.</summary>
    public required Amount Spend { get; init; }

    /// <summary>What was held for the calls that were charged.</summary>
    public required Amount Estimate { get; init; }

    /// <summary>
    /// <see cref="Spend"/> in parts of <see cref="Estimate"/>: 1 is exact, below it too much was held, above it too
    /// little. Null where nothing was charged.
    /// </summary>
    public decimal? Ratio => Estimate.Value == 0 ? null : decimal.Round((decimal)Spend.Value / Estimate.Value, 4);

    /// <summary>The item in a few words.</summary>
    /// <returns>Culture-invariant text.</returns>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Name} {Calls} calls, {Denials} denied, {Spend} of {Estimate.Value} held{(Ratio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $" (x{ratio:0.00})") : "")}"
        );
}
