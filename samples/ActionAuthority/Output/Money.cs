using System.Globalization;
using Cycles;

namespace ActionAuthority;

/// <summary>Dollars as people write them.</summary>
internal static class Money
{
    public static string Format(Amount? amount) =>
        ((decimal)(amount?.Value ?? 0) / Amount.MicrocentsPerUsd).ToString("$0.00", CultureInfo.InvariantCulture);
}
