using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Cycles.Authority;

/// <summary>Where a page ended, bound to the question that it answered.</summary>
internal static class Cursor
{
    private const int BindingLength = 16;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEF");

    public static string Write(string question, string position) =>
        Convert.ToHexString(Encoding.UTF8.GetBytes(Bind(question) + position));

    /// <summary>Reads a position back; null when the text is no cursor, or one of another question.</summary>
    public static string? Read(string cursor, string question)
    {
        if (cursor.Length % 2 != 0 || cursor.AsSpan().ContainsAnyExcept(HexDigits))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(Convert.FromHexString(cursor));
        return text.StartsWith(Bind(question), StringComparison.Ordinal) ? text[BindingLength..] : null;
    }

    public static CyclesError Foreign { get; } =
        Refusals.Invalid(
            new ValidationFinding(
                "cursor",
                "must come from the page before, with the same filters and order; start again without one"
            )
        );

    private static string Bind(string question) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(question)).AsSpan(0, BindingLength / 2));
}
