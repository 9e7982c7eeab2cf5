using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Cycles;

/// <summary>
/// Durations as people write them: <c>500ms</c>, <c>2s</c>, <c>1m</c>, <c>00:00:02</c>, or milliseconds without a unit.
/// </summary>
internal static class DurationText
{
    /// <summary>Below this a bare number is more likely seconds, as another SDK reads them, than milliseconds.</summary>
    private const int LeastBareNumber = 100;

    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
    ];

    public static bool TryParse(string text, out TimeSpan duration, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out duration) && text.Contains(':'))
        {
            return true;
        }

        foreach (var (unit, length) in Units)
        {
            if (
                text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && TryNumber(text[..^unit.Length], out var count)
            )
            {
                return TryMultiply(count, length, out duration, out problem);
            }
        }

        if (!TryNumber(text, out var milliseconds))
        {
            problem = "must be a duration such as 500ms or 2s, or a whole number of milliseconds,";
            return false;
        }

        if (milliseconds < LeastBareNumber || decimal.Truncate(milliseconds) != milliseconds)
        {
            problem =
                $"needs a unit, such as {text}s or {text}ms: a number without one is a whole number of milliseconds, and one under {LeastBareNumber} is refused because other SDKs read it as seconds,";
            return false;
        }

        return TryMultiply(milliseconds, TimeSpan.FromMilliseconds(1), out duration, out problem);
    }

    private static bool TryNumber(string text, out decimal number) =>
        decimal.TryParse(text.TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static bool TryMultiply(
        decimal count,
        TimeSpan unit,
        out TimeSpan duration,
        [NotNullWhen(false)] out string? problem
    )
    {
        const decimal Most = 24 * TimeSpan.TicksPerHour;
        problem = null;
        if (count > Most / unit.Ticks)
        {
            duration = default;
            problem = "must be at most 24 h";
            return false;
        }

        duration = new TimeSpan((long)(count * unit.Ticks));
        return true;
    }
}
