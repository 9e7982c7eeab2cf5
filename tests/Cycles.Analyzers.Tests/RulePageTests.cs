using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Cycles.Analyzers.Tests;

/// <summary>The page of a rule says what the rule says, and its examples are what it says they are.</summary>
public sealed partial class RulePageTests
{
    /// <summary>What the examples take for granted.</summary>
    private const string Prelude = """
        using System;
        using System.Threading.Tasks;
        using Cycles;

        public sealed record Reply(string Text, decimal Dollars);

        public interface IModel
        {
            Task<Reply> CallAsync(string prompt);
        }

        public static class Example
        {
            public static async Task RunAsync(
                CyclesClient cycles, CyclesAction action, Amount estimate, IModel model, string prompt)
            {

        """;

    private const string End = "\nawait Task.CompletedTask; } }";

    private static IEnumerable<DiagnosticDescriptor> AllRules => new ReservationAnalyzer().SupportedDiagnostics;

    [TestCaseSource(nameof(AllRules))]
    public void Each_rule_links_to_its_page(DiagnosticDescriptor rule)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, rule.HelpLinkUri));

        var title = rule.Title.ToString(CultureInfo.InvariantCulture);
        Assert.That(page, Does.StartWith($"# {rule.Id}: {char.ToLowerInvariant(title[0])}{title[1..]}\n"));
        Assert.That(page, Does.Contain($"\n{Named(rule.DefaultSeverity)}. "));
        Assert.That(page, Does.Contain("\n## Cause\n").And.Contain("\n## When to suppress\n"));
    }

    [TestCaseSource(nameof(AllRules))]
    public async Task Each_example_is_right_or_wrong_as_it_says(DiagnosticDescriptor rule)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, rule.HelpLinkUri));
        var examples = Example().Matches(page).Select(match => match.Groups[1].Value).ToArray();
        Assert.That(examples, Has.Length.GreaterThanOrEqualTo(2));
        foreach (var example in examples)
        {
            var source = SourceText.From(Prelude + example + End);
            var found = await RuleCheck.FindAsync(Compiled.From(source.ToString()));

            var lines = found
                .Where(one => one.Id == rule.Id)
                .Select(one => source.Lines.GetLineFromPosition(one.Location.SourceSpan.Start).ToString());
            var wrong = example.Split('\n').Where(line => line.Contains("// wrong", StringComparison.Ordinal));
            Assert.That(lines, Is.EqualTo(wrong), example);
        }
    }

    private static string Named(DiagnosticSeverity severity) =>
        severity == DiagnosticSeverity.Info ? "Suggestion" : severity.ToString();

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Example();
}
