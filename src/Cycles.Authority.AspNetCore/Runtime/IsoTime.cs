using System.Globalization;

namespace Cycles.Authority;

/// <summary>ISO 8601 date-times as RFC 3339 profiles them: full, with seconds and an offset.</summary>
internal static class IsoTime
{
    private const int MostFractionDigits = 7;

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    public static bool TryParse(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(
            Trim(text.ToUpperInvariant()),
            Formats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out time
        );

    /// <summary>Other platforms write nanoseconds; what is finer than our ticks does not matter here.</summary>
    private static string Trim(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
        {
            return text;
        }

        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        var most = point + 1 + MostFractionDigits;
        return end <= most ? text : string.Concat(text.AsSpan(0, most), text.AsSpan(end));
    }
}
