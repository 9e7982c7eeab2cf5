using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>CYC001: a reservation that is a statement of its own belongs to nobody.</summary>
internal static class LostResult
{
    /// <returns>Whether the reservation is thrown away.</returns>
    public static bool Check(OperationAnalysisContext context, IInvocationOperation reserve)
    {
        if (ReserveResult.Of(reserve).Parent is not IExpressionStatementOperation statement || IsLambda(statement))
        {
            return false;
        }

        context.ReportDiagnostic(
            Diagnostic.Create(Rules.LostResult, reserve.Syntax.GetLocation(), reserve.TargetMethod.Name)
        );
        return true;
    }

    /// <summary>
    /// The whole of an expression lambda is what its caller asks for, a statement only because the delegate returns a
    /// plain task or nothing: <c>Assert.ThrowsAsync(async () => await client.ReserveAsync(...))</c>.
    /// </summary>
    private static bool IsLambda(IExpressionStatementOperation statement) =>
        statement is { Parent: IBlockOperation { Parent: IAnonymousFunctionOperation }, Syntax: ExpressionSyntax };
}
