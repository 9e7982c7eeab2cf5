using System.Globalization;
using Cycles;

namespace RunawayAgent;

/// <summary>Prices, and dollars as people write them.</summary>
internal static class Money
{
    /// <summary>What one model call costs.</summary>
    public static Amount PerCall { get; } = Amount.Usd(0.01m);

    /// <summary>What the guarded agent may spend.</summary>
    public static Amount Budget { get; } = Amount.Usd(1.00m);

    public static string Format(Amount amount) => Format(Dollars(amount));

    public static string Format(decimal dollars) => dollars.ToString("$#,0.00", CultureInfo.InvariantCulture);

    public static decimal Dollars(Amount amount) => (decimal)amount.Value / Amount.MicrocentsPerUsd;
}
