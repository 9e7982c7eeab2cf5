namespace Cycles.Client.Tests;

public sealed class ReadmeTests
{
    [Test]
    public void The_README_shows_code_and_starts_with_a_whole_program()
    {
        var snippets = ReadmeSnippet.All();

        Assert.That(snippets, Is.Not.Empty, "README.md has no C# block");
        Assert.That(snippets[0].Code, Does.StartWith("using "), $"{snippets[0]} is not a program to copy and run");
    }

    [TestCaseSource(typeof(ReadmeSnippet), nameof(ReadmeSnippet.All))]
    public async Task Every_block_compiles(ReadmeSnippet snippet)
    {
        var mistakes = await ReadmeCompiler.CompileAsync(snippet.Code);

        Assert.That(mistakes, Is.Empty, $"{snippet} does not compile:\n{string.Join('\n', mistakes)}\n");
    }
}
