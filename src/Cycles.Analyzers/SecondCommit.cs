using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>
/// CYC003: a commit that comes, in the same list of statements, after a commit or a release of the same local or
/// parameter, with nothing put into it in between.
/// </summary>
internal static class SecondCommit
{
    public static void Check(OperationAnalysisContext context, IInvocationOperation commit, CyclesSymbols symbols)
    {
        if (
            Holder(commit.Instance, symbols) is not { } holder
            || SettlementOrder.Before(commit, holder, symbols) is not { } settlement
            || IsWrittenElsewhere(commit, holder)
        )
        {
            return;
        }

        var how = settlement.TargetMethod.Name == "CommitAsync" ? "committed" : "released";
        var where = commit.Syntax.GetLocation();
        Location[] also = [settlement.Syntax.GetLocation()];
        context.ReportDiagnostic(Diagnostic.Create(Rules.SettledTwice, where, also, holder.Name, how));
    }

    /// <summary>The local or parameter that a guard is read from, directly or through an attempt.</summary>
    public static ISymbol? Holder(IOperation? guard, CyclesSymbols symbols) =>
        guard switch
        {
            ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => local,
            IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } => parameter,
            IPropertyReferenceOperation { Property: var property } attempt when symbols.IsGuardOfAttempt(property) =>
                Holder(attempt.Instance, symbols),
            IConditionalAccessInstanceOperation instance => Holder(AccessOf(instance)?.Operation, symbols),
            IConversionOperation conversion => Holder(conversion.Operand, symbols),
            _ => null,
        };

    private static IConditionalAccessOperation? AccessOf(IOperation part)
    {
        while (part.Parent is { } parent)
        {
            if (parent is IConditionalAccessOperation access && access.WhenNotNull == part)
            {
                return access;
            }

            part = parent;
        }

        return null;
    }

    /// <summary>Another function, or a reference to the variable, may change it at any time.</summary>
    private static bool IsWrittenElsewhere(IOperation commit, ISymbol holder)
    {
        var function = commit.Function();
        return commit
            .Root()
            .Descendants()
            .Any(operation =>
                VariableWrites.IsWrite(operation, holder) && operation.Function() != function
                || VariableWrites.IsReferenceTo(operation, holder)
            );
    }
}
