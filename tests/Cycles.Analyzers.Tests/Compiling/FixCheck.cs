using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;

namespace Cycles.Analyzers.Tests;

/// <summary>Applies a code fix as an editor would, and gives the text that comes of it.</summary>
internal static class FixCheck
{
    /// <summary>
    /// Fixes the first finding of the rule, and compares the whole text. What comes of it compiles and the rule has
    /// nothing more to say at that place.
    /// </summary>
    public static async Task Fixes(CodeFixProvider provider, string before, string after)
    {
        using var workspace = new AdhocWorkspace();
        var document = Open(workspace, before);
        var action = (await ActionsAsync(provider, document)).Single();

        var operations = await action.GetOperationsAsync(CancellationToken.None);
        var changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
        var text = (await changed.GetDocument(document.Id)!.GetTextAsync()).ToString();

        Assert.That(text, Is.EqualTo(after));
        var found = await RuleCheck.FindAsync(Compiled.From(after));
        Assert.That(found.Select(one => one.Id), Has.None.AnyOf([.. provider.FixableDiagnosticIds]));
    }

    /// <summary>The rule speaks, and the fix has nothing to offer.</summary>
    public static async Task OffersNothing(CodeFixProvider provider, string code)
    {
        using var workspace = new AdhocWorkspace();

        Assert.That(await ActionsAsync(provider, Open(workspace, code)), Is.Empty);
    }

    private static Document Open(AdhocWorkspace workspace, string code)
    {
        var compilation = Compiled.From(code);
        var project = workspace
            .AddProject("Snippet", LanguageNames.CSharp)
            .WithCompilationOptions(compilation.Options)
            .WithParseOptions(new CSharpParseOptions(LanguageVersion.Latest))
            .WithMetadataReferences(compilation.References);
        return project.AddDocument("Snippet.cs", code);
    }

    private static async Task<IReadOnlyList<CodeAction>> ActionsAsync(CodeFixProvider provider, Document document)
    {
        var compilation = (CSharpCompilation)(await document.Project.GetCompilationAsync())!;
        var found = (await RuleCheck.FindAsync(compilation)).First(one =>
            provider.FixableDiagnosticIds.Contains(one.Id)
        );
        var actions = new List<CodeAction>();
        await provider.RegisterCodeFixesAsync(
            new CodeFixContext(document, found, (action, _) => actions.Add(action), CancellationToken.None)
        );
        return actions;
    }
}
