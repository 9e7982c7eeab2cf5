namespace Cycles.Extensions.AI.Tests;

public class GlobTests
{
    [TestCase("claude-*", "claude-sonnet-4", true)]
    [TestCase("claude-*", "claude-", true)]
    [TestCase("claude-*", "Claude-sonnet-4", false)]
    [TestCase("*", "", true)]
    [TestCase("gpt-4o", "gpt-4o", true)]
    [TestCase("gpt-4o", "gpt-4o-mini", false)]
    [TestCase("*-mini", "gpt-4o-mini", true)]
    [TestCase("*-mini", "gpt-4o-mini-2024", false)]
    [TestCase("a*b*c", "a-b-b-c", true)]
    [TestCase("a*b*c", "acb", false)]
    [TestCase("", "", true)]
    [TestCase("", "a", false)]
    public void Star_stands_for_any_run_of_characters(string pattern, string name, bool expected) =>
        Assert.That(Glob.IsMatch(pattern, name), Is.EqualTo(expected));
}
