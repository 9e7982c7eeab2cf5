using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>What an <see cref="Amount"/> counts (protocol schema <c>UnitEnum</c>).</summary>
/// <remarks>A reservation lives in exactly one unit from estimate to actual.</remarks>
[JsonConverter(typeof(WireEnumConverter<AmountUnit>))]
public enum AmountUnit
{
    /// <summary>Not set. Using it in a request is refused, and it is never written to JSON.</summary>
    Unset = 0,

    /// <summary>Money: 1 USD is 100,000,000 of these.</summary>
    UsdMicrocents = 1,

    /// <summary>Model tokens.</summary>
    Tokens = 2,

    /// <summary>Generic integer credits.</summary>
    Credits = 3,

    /// <summary>Generic integer risk points, for actions whose harm matters more than their price.</summary>
    RiskPoints = 4,
}
