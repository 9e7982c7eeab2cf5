namespace Cycles.Authority;

/// <summary>What a caller wrote, as a message repeats it.</summary>
internal static class Excerpt
{
    private const int Most = 40;

    /// <summary>What a caller wrote is quoted, but never by the kilobyte.</summary>
    public static string Of(string value) => value.Length <= Most ? value : $"{value.AsSpan(0, Most)}...";
}
