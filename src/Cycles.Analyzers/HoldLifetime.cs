using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>
/// CYC002, a reservation that stays in its method and that nothing there ends, and CYC004, one that only ever ends
/// unused. Both look at everything that happens to one reservation; one use that leaves the method silences them.
/// </summary>
internal static class HoldLifetime
{
    public static void Check(OperationAnalysisContext context, IInvocationOperation reserve, CyclesSymbols symbols)
    {
        var result = ReserveResult.Of(reserve);
        if (!ReserveResult.IsNew(result, symbols) || FirstIn(result, symbols) != reserve)
        {
            return;
        }

        var uses = HoldUses.Of(result, context.ContainingSymbol, symbols);
        if (uses.Escapes)
        {
            return;
        }

        var local = uses.FirstLocal;
        if (local is not null && !uses.IsDisposed && !uses.IsReleased)
        {
            Report(context, Rules.NeverReleased, local.Locations[0], local.Name);
        }
        else if (uses.IsDisposedSurely && !uses.IsReleased && !uses.IsCommitted)
        {
            var what = local is null ? "This reservation" : $"'{local.Name}'";
            Report(context, Rules.NeverCommitted, local?.Locations[0] ?? reserve.Syntax.GetLocation(), what);
        }
    }

    /// <summary>Where a choice makes one of two reservations, the first speaks for both.</summary>
    private static IOperation FirstIn(IOperation result, CyclesSymbols symbols) =>
        result
            .DescendantsAndSelf()
            .First(part => part is IInvocationOperation call && symbols.IsReserve(call.TargetMethod));

    private static void Report(
        OperationAnalysisContext context,
        DiagnosticDescriptor rule,
        Location where,
        string what
    ) => context.ReportDiagnostic(Diagnostic.Create(rule, where, what));
}
