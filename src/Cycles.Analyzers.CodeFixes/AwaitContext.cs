using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cycles.Analyzers.CodeFixes;

/// <summary>Where a declaration with <c>await using</c> may stand.</summary>
internal static class AwaitContext
{
    /// <summary><c>await</c> and a space.</summary>
    public static SyntaxToken Keyword =>
        SyntaxFactory.Token(SyntaxKind.AwaitKeyword).WithTrailingTrivia(SyntaxFactory.Space);

    /// <summary>In an async function or a program of statements, outside lock and unsafe code.</summary>
    public static bool IsAllowed(SyntaxNode node)
    {
        foreach (var ancestor in node.AncestorsAndSelf())
        {
            switch (ancestor)
            {
                case LockStatementSyntax or UnsafeStatementSyntax:
                    return false;
                case AnonymousFunctionExpressionSyntax function:
                    return function.AsyncKeyword.IsKind(SyntaxKind.AsyncKeyword);
                case LocalFunctionStatementSyntax function:
                    return function.Modifiers.Any(SyntaxKind.AsyncKeyword);
                case BaseMethodDeclarationSyntax method:
                    return method.Modifiers.Any(SyntaxKind.AsyncKeyword);
                case GlobalStatementSyntax:
                    return true;
                case MemberDeclarationSyntax:
                    return false;
            }
        }

        return false;
    }

    /// <summary>A using declaration is a statement of a block or of a program, and of nothing else.</summary>
    public static bool HoldsDeclarations(SyntaxNode? parent) => parent is BlockSyntax or GlobalStatementSyntax;
}
