using System.Globalization;
using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>A whole, non-negative number of one unit (protocol schema <c>Amount</c>).</summary>
/// <remarks>
/// Construction never throws on a number that the type can hold: a negative amount or an unset unit is refused where
/// it is used, with the field's name. Only <see cref="Usd"/> throws, because it would have to round.
/// </remarks>
/// <param name="Unit">What is counted; <see cref="AmountUnit.Unset"/> is refused where the amount is used.</param>
/// <param name="Value">How many, from 0 to 9,223,372,036,854,775,807.</param>
[method: JsonConstructor] // A struct's own default constructor would let half an amount pass as zero.
public readonly record struct Amount(AmountUnit Unit, [property: JsonPropertyName("amount")] long Value)
{
    /// <summary>How many <see cref="AmountUnit.UsdMicrocents"/> make one US dollar: 100,000,000.</summary>
    public const long MicrocentsPerUsd = 100_000_000;

    /// <summary>US dollars, exact to the microcent: <c>Amount.Usd(1.50m)</c> is 150,000,000 microcents.</summary>
    /// <param name="dollars">Dollars with at most eight decimal places, up to about 92.2 billion.</param>
    /// <returns>The amount in <see cref="AmountUnit.UsdMicrocents"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="dollars"/> has a fraction of a microcent, or does not fit.
    /// </exception>
    public static Amount Usd(decimal dollars)
    {
        const decimal Most = (decimal)long.MaxValue / MicrocentsPerUsd;
        if (dollars is < -Most or > Most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(dollars),
                dollars,
                $"A US dollar amount must be at most {Most.ToString(CultureInfo.InvariantCulture)}."
            );
        }

        var microcents = dollars * MicrocentsPerUsd;
        if (decimal.Truncate(microcents) != microcents)
        {
            throw new ArgumentOutOfRangeException(
                nameof(dollars),
                dollars,
                "A US dollar amount must be a whole number of microcents (at most eight decimal places). Round it first, up for an estimate."
            );
        }

        return new Amount(AmountUnit.UsdMicrocents, (long)microcents);
    }

    /// <summary>Money in the protocol's own unit: 100,000,000 is one US dollar.</summary>
    /// <param name="microcents">0 or more.</param>
    /// <returns>The amount in <see cref="AmountUnit.UsdMicrocents"/>.</returns>
    public static Amount UsdMicrocents(long microcents) => new(AmountUnit.UsdMicrocents, microcents);

    /// <summary>Model tokens.</summary>
    /// <param name="tokens">0 or more.</param>
    /// <returns>The amount in <see cref="AmountUnit.Tokens"/>.</returns>
    public static Amount Tokens(long tokens) => new(AmountUnit.Tokens, tokens);

    /// <summary>Generic credits.</summary>
    /// <param name="credits">0 or more.</param>
    /// <returns>The amount in <see cref="AmountUnit.Credits"/>.</returns>
    public static Amount Credits(long credits) => new(AmountUnit.Credits, credits);

    /// <summary>Risk points.</summary>
    /// <param name="points">0 or more.</param>
    /// <returns>The amount in <see cref="AmountUnit.RiskPoints"/>.</returns>
    public static Amount RiskPoints(long points) => new(AmountUnit.RiskPoints, points);

    /// <summary>The number and the unit's wire name, for example <c>500000 USD_MICROCENTS</c>.</summary>
    /// <returns>Culture-invariant text.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Value} {WireEnum<AmountUnit>.NameOf(Unit)}");
}
