using System.Reflection;

namespace Cycles.Client.Tests;

/// <summary>A change of the public API shows up in a review, because it changes a committed file.</summary>
public sealed class PublicApiTests
{
    private const string Accept = "CYCLES_ACCEPT_PUBLIC_API";

    [TestCase("Cycles.Protocol")]
    [TestCase("Cycles.Client")]
    [TestCase("Cycles.Authority")]
    [TestCase("Cycles.Authority.AspNetCore")]
    [TestCase("Cycles.Extensions.AI")]
    [TestCase("Cycles.SemanticKernel")]
    public void The_public_API_is_the_one_that_was_approved(string library)
    {
        var file = Path.Combine(Repository.Root, "tests", "Cycles.Client.Tests", "PublicApi", $"{library}.txt");
        var actual = ApiListing.Of(Assembly.Load(library));
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllLines(file, actual);
        }

        string[] approved = File.Exists(file) ? File.ReadAllLines(file) : [];
        if (actual.SequenceEqual(approved))
        {
            return;
        }

        var changes = Marked("-", approved, actual).Concat(Marked("+", actual, approved));
        Assert.Fail(
            $"The public API of {library} is not the approved one:\n{string.Join('\n', changes)}\n"
                + $"If that is meant, run this test once with {Accept}=1 and commit {Path.GetFileName(file)}."
        );
    }

    private static IEnumerable<string> Marked(string mark, IReadOnlyList<string> lines, IReadOnlyList<string> others)
    {
        var known = WithTypes(others).ToHashSet();
        return WithTypes(lines).Where(line => !known.Contains(line)).Select(line => $"{mark} {line}");
    }

    /// <summary>Each member with the type it stands under, because members of different types look alike.</summary>
    private static IEnumerable<string> WithTypes(IEnumerable<string> lines)
    {
        var type = "";
        foreach (var line in lines.Where(line => line.Length > 0))
        {
            var isMember = char.IsWhiteSpace(line[0]);
            type = isMember ? type : line;
            yield return isMember ? $"{type} |{line}" : line;
        }
    }
}
