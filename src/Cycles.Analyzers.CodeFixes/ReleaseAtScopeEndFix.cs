using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cycles.Analyzers.CodeFixes;

/// <summary>CYC002: <c>var guard = ...</c> becomes <c>await using var guard = ...</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ReleaseAtScopeEndFix))]
[Shared]
internal sealed class ReleaseAtScopeEndFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(Rules.NeverReleasedId);

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || DeclarationAt(root, context.Span.Start) is not { } declaration)
        {
            return;
        }

        var awaits = AwaitContext.IsAllowed(declaration);
        context.RegisterCodeFix(
            CodeAction.Create(
                awaits ? "Declare it with 'await using'" : "Declare it with 'using'",
                _ =>
                    Task.FromResult(
                        context.Document.WithSyntaxRoot(root.ReplaceNode(declaration, Using(declaration, awaits)))
                    ),
                Rules.NeverReleasedId
            ),
            context.Diagnostics
        );
    }

    /// <summary>A declaration of this local alone, which nothing else is put into: a using variable is read-only.</summary>
    private static LocalDeclarationStatementSyntax? DeclarationAt(SyntaxNode root, int position) =>
        root.FindToken(position).Parent
            is VariableDeclaratorSyntax
            {
                Initializer: not null,
                Parent: VariableDeclarationSyntax
                {
                    Variables.Count: 1,
                    Parent: LocalDeclarationStatementSyntax declaration
                }
            } declarator
        && AwaitContext.HoldsDeclarations(declaration.Parent)
        && !IsAssigned(declarator.Identifier.ValueText, declaration)
            ? declaration
            : null;

    private static bool IsAssigned(string name, LocalDeclarationStatementSyntax declaration) =>
        (declaration.Parent is GlobalStatementSyntax program ? program.Parent! : declaration.Parent!)
            .DescendantNodes()
            .OfType<AssignmentExpressionSyntax>()
            .Any(assignment => assignment.Left is IdentifierNameSyntax left && left.Identifier.ValueText == name);

    private static LocalDeclarationStatementSyntax Using(LocalDeclarationStatementSyntax declaration, bool awaits)
    {
        var bare = declaration
            .WithoutLeadingTrivia()
            .WithUsingKeyword(SyntaxFactory.Token(SyntaxKind.UsingKeyword).WithTrailingTrivia(SyntaxFactory.Space));
        return (awaits ? bare.WithAwaitKeyword(AwaitContext.Keyword) : bare).WithLeadingTrivia(
            declaration.GetLeadingTrivia()
        );
    }
}
