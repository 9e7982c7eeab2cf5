namespace Cycles.Authority;

internal static class Text
{
    private const int Most = 40;

    /// <summary>What a caller wrote is quoted, but never by the kilobyte.</summary>
    public static string Shorten(string value) => value.Length <= Most ? value : $"{value.AsSpan(0, Most)}...";
}
