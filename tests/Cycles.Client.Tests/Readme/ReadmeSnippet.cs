namespace Cycles.Client.Tests;

/// <summary>One C# block of the README.</summary>
/// <param name="Line">The README's line that opens it.</param>
/// <param name="Heading">What it stands under.</param>
/// <param name="Code">Its text.</param>
public sealed record ReadmeSnippet(int Line, string Heading, string Code)
{
    private const string Fence = "```";

    public static IReadOnlyList<ReadmeSnippet> All() =>
        [.. In(File.ReadAllLines(Path.Combine(Repository.Root, "README.md")))];

    public override string ToString() => $"README.md line {Line} ({Heading})";

    private static IEnumerable<ReadmeSnippet> In(string[] lines)
    {
        var heading = "";
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith('#'))
            {
                heading = lines[i].TrimStart('#', ' ');
            }

            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                continue;
            }

            var end = Array.FindIndex(lines, i + 1, line => line.StartsWith(Fence, StringComparison.Ordinal));
            Assert.That(end, Is.GreaterThan(i), $"README.md line {i + 1} opens a block that nothing closes");
            if (lines[i] == Fence + "csharp")
            {
                yield return new ReadmeSnippet(i + 1, heading, string.Join('\n', lines[(i + 1)..end]));
            }

            i = end;
        }
    }
}
