using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>CYC005: where a method can wait for the release, it should.</summary>
internal static class SynchronousUsing
{
    public static void Check(OperationAnalysisContext context, CyclesSymbols symbols)
    {
        var found = context.Operation switch
        {
            IUsingDeclarationOperation { IsAsynchronous: false } declaration => declaration.DeclarationGroup,
            IUsingOperation { IsAsynchronous: false } statement => statement.Resources,
            _ => null,
        };
        if (found is null || !IsHolder(found, symbols) || !CanAwait(context))
        {
            return;
        }

        var keyword = context.Operation.Syntax switch
        {
            LocalDeclarationStatementSyntax declaration => declaration.UsingKeyword,
            UsingStatementSyntax statement => statement.UsingKeyword,
            _ => default,
        };
        if (keyword.RawKind != 0)
        {
            context.ReportDiagnostic(Diagnostic.Create(Rules.SynchronousUsing, keyword.GetLocation()));
        }
    }

    private static bool IsHolder(IOperation resources, CyclesSymbols symbols) =>
        resources is IVariableDeclarationGroupOperation group
            ? group.GetDeclaredVariables().Any(variable => symbols.IsHolder(variable.Type))
            : symbols.IsHolder(resources.Type);

    private static bool CanAwait(OperationAnalysisContext context)
    {
        var function = context.Operation.Function();
        var method = function switch
        {
            IAnonymousFunctionOperation lambda => lambda.Symbol,
            ILocalFunctionOperation local => local.Symbol,
            _ => context.ContainingSymbol as IMethodSymbol,
        };
        return method is { IsAsync: true } && !IsWhereNothingAwaits(context.Operation.Syntax, function?.Syntax);
    }

    /// <summary>The compiler has no await inside a lock or unsafe code.</summary>
    private static bool IsWhereNothingAwaits(SyntaxNode node, SyntaxNode? function) =>
        node.Ancestors()
            .TakeWhile(ancestor => ancestor != function && ancestor is not MemberDeclarationSyntax)
            .Any(ancestor => ancestor is LockStatementSyntax or UnsafeStatementSyntax);
}
