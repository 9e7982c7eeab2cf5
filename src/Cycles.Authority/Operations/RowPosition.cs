using System.Globalization;

namespace Cycles.Authority;

/// <summary>Where a row stands in an order: by a text, character by character, or by a number, and then by its own number.</summary>
internal readonly record struct RowPosition(long Row, string? Text = null, long Number = 0) : IComparable<RowPosition>
{
    public int CompareTo(RowPosition other)
    {
        var byValue = Text is null ? Number.CompareTo(other.Number) : string.CompareOrdinal(Text, other.Text);
        return byValue != 0 ? byValue : Row.CompareTo(other.Row);
    }

    public string Write() => string.Create(CultureInfo.InvariantCulture, $"{Row} {Number} {Text}");

    /// <summary>Reads what <see cref="Write"/> wrote; null for anything else.</summary>
    public static RowPosition? Read(string text)
    {
        var parts = text.Split(' ', 3);
        return
            parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new RowPosition(row, parts[2].Length == 0 ? null : parts[2], number)
            : null;
    }
}
