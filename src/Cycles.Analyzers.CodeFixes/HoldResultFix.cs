using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cycles.Analyzers.CodeFixes;

/// <summary>CYC001: <c>await client.ReserveAsync(...)</c> becomes <c>await using var guard = await ...</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(HoldResultFix))]
[Shared]
internal sealed class HoldResultFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(Rules.LostResultId);

    /// <summary>None: fixed apart from each other, two of them in one block would get the same name.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (
            root is null
            || model is null
            || CyclesSymbols.Find(model.Compilation) is not { } symbols
            || StatementAt(root, context.Span.Start) is not { } statement
            || Held(statement.Expression, model, symbols) is not { } held
        )
        {
            return;
        }

        var isAttempt = held.Type.Name == "ReserveAttempt";
        var name = FreeName(isAttempt ? "attempt" : "guard", statement);
        context.RegisterCodeFix(
            CodeAction.Create(
                "Hold it with 'await using'",
                _ =>
                {
                    var fixedRoot = root.ReplaceNode(statement, Declaration(name, held.Value, statement));
                    return Task.FromResult(context.Document.WithSyntaxRoot(fixedRoot));
                },
                Rules.LostResultId
            ),
            context.Diagnostics
        );
    }

    /// <summary>The statement that is the reserve, where a declaration can take its place.</summary>
    private static ExpressionStatementSyntax? StatementAt(SyntaxNode root, int position)
    {
        var node = root.FindToken(position).Parent;
        while (
            node is ExpressionSyntax and not AnonymousFunctionExpressionSyntax or ArgumentListSyntax or ArgumentSyntax
        )
        {
            node = node.Parent;
        }

        return
            node is ExpressionStatementSyntax statement
            && AwaitContext.HoldsDeclarations(statement.Parent)
            && AwaitContext.IsAllowed(statement)
            ? statement
            : null;
    }

    /// <summary>The reservation as a value, awaited where it is a task of one; null where it cannot be had.</summary>
    private static (ExpressionSyntax Value, ITypeSymbol Type)? Held(
        ExpressionSyntax expression,
        SemanticModel model,
        CyclesSymbols symbols
    )
    {
        if (expression is ConditionalAccessExpressionSyntax)
        {
            return null;
        }

        var type = model.GetTypeInfo(expression).Type;
        if (symbols.IsHolder(type))
        {
            return (expression, type!);
        }

        if (type is INamedTypeSymbol { TypeArguments: { Length: 1 } arguments } && symbols.IsHolder(arguments[0]))
        {
            var awaited = SyntaxFactory.AwaitExpression(AwaitContext.Keyword, expression.WithoutLeadingTrivia());
            return (awaited, arguments[0]);
        }

        return null;
    }

    private static LocalDeclarationStatementSyntax Declaration(
        string name,
        ExpressionSyntax value,
        ExpressionStatementSyntax statement
    )
    {
        // Parsed for its spaces; the value moves over as it is.
        var template = (LocalDeclarationStatementSyntax)
            SyntaxFactory.ParseStatement($"await using var {name} = value;");
        var initializer = template.Declaration.Variables[0].Initializer!;
        return template
            .ReplaceNode(initializer.Value, value.WithoutLeadingTrivia())
            .WithSemicolonToken(statement.SemicolonToken)
            .WithLeadingTrivia(statement.GetLeadingTrivia());
    }

    /// <summary>A name that the member mentions nowhere.</summary>
    private static string FreeName(string wanted, SyntaxNode statement)
    {
        var member = statement.FirstAncestorOrSelf<MemberDeclarationSyntax>(found =>
            found is not GlobalStatementSyntax
        );
        var taken = new HashSet<string>(
            (member ?? statement.SyntaxTree.GetRoot())
                .DescendantTokens()
                .Where(token => token.IsKind(SyntaxKind.IdentifierToken))
                .Select(token => token.ValueText)
        );
        var name = wanted;
        for (var number = 2; taken.Contains(name); number++)
        {
            name = wanted + number;
        }

        return name;
    }
}
