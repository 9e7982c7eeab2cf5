using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cycles.Analyzers.CodeFixes;

/// <summary>CYC005: <c>using</c> becomes <c>await using</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AwaitUsingFix))]
[Shared]
internal sealed class AwaitUsingFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(Rules.SynchronousUsingId);

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindToken(context.Span.Start).Parent is not StatementSyntax statement)
        {
            return;
        }

        var bare = statement.WithoutLeadingTrivia();
        var awaiting = bare switch
        {
            LocalDeclarationStatementSyntax declaration => declaration.WithAwaitKeyword(AwaitContext.Keyword),
            UsingStatementSyntax scope => scope.WithAwaitKeyword(AwaitContext.Keyword),
            _ => bare,
        };
        var changed = root.ReplaceNode(statement, awaiting.WithLeadingTrivia(statement.GetLeadingTrivia()));
        context.RegisterCodeFix(
            CodeAction.Create(
                "Use 'await using'",
                _ => Task.FromResult(context.Document.WithSyntaxRoot(changed)),
                Rules.SynchronousUsingId
            ),
            context.Diagnostics
        );
    }
}
