using System.Globalization;
using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>
/// A whole number of one unit that may be negative (protocol schema <c>SignedAmount</c>). Only what is left of a
/// budget is signed: it goes below zero while debt exceeds the allocation.
/// </summary>
/// <param name="Unit">What is counted.</param>
/// <param name="Value">How many; negative in overdraft.</param>
[method: JsonConstructor] // A struct's own default constructor would let half an amount pass as zero.
public readonly record struct SignedAmount(AmountUnit Unit, [property: JsonPropertyName("amount")] long Value)
{
    /// <summary>The number and the unit's wire name, for example <c>-120000 USD_MICROCENTS</c>.</summary>
    /// <returns>Culture-invariant text.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Value} {WireEnum<AmountUnit>.NameOf(Unit)}");
}
