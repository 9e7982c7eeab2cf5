using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>The expression around a reserve that is still the same reservation, or the task of it.</summary>
internal static class ReserveResult
{
    /// <summary>The widest such expression: through await, ConfigureAwait, AsTask, casts, <c>?.</c> and choices.</summary>
    public static IOperation Of(IInvocationOperation reserve)
    {
        IOperation value = reserve;
        while (Wider(value) is { } wider)
        {
            value = wider;
        }

        return value;
    }

    /// <summary>Whether an expression can be nothing but a reservation made in it, or null.</summary>
    public static bool IsNew(IOperation? value, CyclesSymbols symbols) =>
        value switch
        {
            null => false,
            { ConstantValue: { HasValue: true, Value: null } } => true,
            IDefaultValueOperation or IThrowOperation => true,
            IConversionOperation conversion => IsNew(conversion.Operand, symbols),
            IAwaitOperation awaited => IsNew(awaited.Operation, symbols),
            IInvocationOperation call => symbols.IsReserve(call.TargetMethod)
                || IsSameTask(call.TargetMethod) && IsNew(call.Instance, symbols),
            IPropertyReferenceOperation { Property: var property } reference => (
                IsResult(property) || symbols.IsGuardOfAttempt(property)
            ) && IsNew(reference.Instance, symbols),
            IConditionalAccessOperation { WhenNotNull: IPropertyReferenceOperation { Property: var property } } access
                when symbols.IsGuardOfAttempt(property) => IsNew(access.Operation, symbols),
            IConditionalAccessOperation access => IsNew(access.WhenNotNull, symbols),
            IConditionalOperation choice => IsNew(choice.WhenTrue, symbols) && IsNew(choice.WhenFalse, symbols),
            ICoalesceOperation choice => IsNew(choice.Value, symbols) && IsNew(choice.WhenNull, symbols),
            ISwitchExpressionOperation choice => choice.Arms.All(arm => IsNew(arm.Value, symbols)),
            _ => false,
        };

    private static IOperation? Wider(IOperation value) =>
        value.Parent switch
        {
            IConversionOperation or IAwaitOperation => value.Parent,
            IInvocationOperation call when call.Instance == value && IsSameTask(call.TargetMethod) => call,
            IPropertyReferenceOperation { Property: var property } result when IsResult(property) => result,
            IConditionalAccessOperation access when access.WhenNotNull == value => access,
            IConditionalOperation { Type: not null } choice when choice.Condition != value => choice,
            ICoalesceOperation choice => choice,
            ISwitchExpressionArmOperation arm when arm.Value == value => arm.Parent,
            _ => null,
        };

    /// <summary>Members of tasks and their awaiters after which the same reservation is still what there is.</summary>
    private static bool IsSameTask(IMethodSymbol method) =>
        method.Name
            is "ConfigureAwait"
                or "AsTask"
                or "Preserve"
                or "WaitAsync"
                or "Wait"
                or "GetAwaiter"
                or "GetResult"
        && IsOfTasks(method);

    private static bool IsResult(IPropertySymbol property) => property.Name == "Result" && IsOfTasks(property);

    private static bool IsOfTasks(ISymbol member) =>
        member.ContainingNamespace.ToDisplayString() is "System.Threading.Tasks" or "System.Runtime.CompilerServices";
}
