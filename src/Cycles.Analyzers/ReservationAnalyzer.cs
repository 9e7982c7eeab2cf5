using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>
/// The rules CYC001 to CYC005 on the reservations of Cycles.Client. One analyzer for all of them, so that its types are
/// looked up once; a rule is silent wherever it is not sure.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class ReservationAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        ImmutableArray.Create(
            Rules.LostResult,
            Rules.NeverReleased,
            Rules.SettledTwice,
            Rules.NeverCommitted,
            Rules.SynchronousUsing
        );

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (CyclesSymbols.Find(start.Compilation) is not { } symbols)
            {
                return;
            }

            start.RegisterOperationAction(found => Invocation(found, symbols), OperationKind.Invocation);
            start.RegisterOperationAction(
                found => SynchronousUsing.Check(found, symbols),
                OperationKind.Using,
                OperationKind.UsingDeclaration
            );
        });
    }

    /// <summary>The name comes first: it turns nearly every call of a program away for the price of a comparison.</summary>
    private static void Invocation(OperationAnalysisContext context, CyclesSymbols symbols)
    {
        var call = (IInvocationOperation)context.Operation;
        switch (call.TargetMethod.Name)
        {
            case "ReserveAsync" or "TryReserveAsync" when symbols.IsReserve(call.TargetMethod):
                if (!LostResult.Check(context, call))
                {
                    HoldLifetime.Check(context, call, symbols);
                }

                break;
            case "CommitAsync" when symbols.IsOfGuard(call.TargetMethod):
                SecondCommit.Check(context, call, symbols);
                break;
        }
    }
}
