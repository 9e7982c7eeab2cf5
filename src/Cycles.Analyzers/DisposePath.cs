using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>Whether a dispose is met on every path that begins where the reservation was made.</summary>
internal static class DisposePath
{
    /// <param name="dispose">The call, or what a using disposes.</param>
    /// <param name="origin">The reservation.</param>
    /// <param name="symbols">The types in question.</param>
    public static bool IsSure(IOperation dispose, IOperation origin, CyclesSymbols symbols)
    {
        var child = dispose;
        for (; child.Parent is { } parent; child = parent)
        {
            if (
                !IsEntered(parent, child, symbols)
                || parent is IBlockOperation block && HasExitBefore(block, child, origin)
            )
            {
                return false;
            }

            var holdsBoth = parent.Syntax.Span.Contains(origin.Syntax.Span);
            if (holdsBoth && parent is IBlockOperation or ITryOperation)
            {
                return true;
            }
        }

        return true;
    }

    /// <summary>The framework's <c>ConfigureAwait</c> for something to dispose.</summary>
    public static bool IsConfigured(IInvocationOperation call) =>
        call.TargetMethod is { Name: "ConfigureAwait", ContainingType.Name: "TaskAsyncEnumerableExtensions" };

    /// <summary>Whether whoever comes to the parent comes to the child; a reservation that isn't there needs none.</summary>
    private static bool IsEntered(IOperation parent, IOperation child, CyclesSymbols symbols) =>
        parent switch
        {
            ITryOperation { Catches.IsEmpty: true } => true,
            ITryOperation attempt => attempt.Finally == child,
            IConditionalOperation choice => choice.Condition == child
                || choice.WhenTrue == child && IsThere(choice.Condition, symbols),
            IConditionalAccessOperation access => symbols.IsHolder(access.Operation.Type),
            ICoalesceOperation choice => choice.Value == child,
            IBinaryOperation binary => binary.LeftOperand == child,
            ISwitchExpressionOperation or ISwitchOperation or ILoopOperation or ICatchClauseOperation => false,
            _ => true,
        };

    /// <summary>The condition asks for nothing but whether there is a reservation.</summary>
    private static bool IsThere(IOperation condition, CyclesSymbols symbols) =>
        condition switch
        {
            IBinaryOperation { OperatorKind: BinaryOperatorKind.NotEquals } test => symbols.IsHolder(
                Plain(test.LeftOperand).Type
            ) || symbols.IsHolder(Plain(test.RightOperand).Type),
            IIsPatternOperation test => symbols.IsHolder(test.Value.Type)
                && test.Pattern
                    is INegatedPatternOperation { Pattern: IConstantPatternOperation }
                        or IDeclarationPatternOperation
                        or IRecursivePatternOperation { PropertySubpatterns.IsEmpty: true },
            _ => false,
        };

    private static IOperation Plain(IOperation operand) =>
        operand is IConversionOperation conversion ? Plain(conversion.Operand) : operand;

    /// <summary>Something may leave after the reservation and before the statement.</summary>
    private static bool HasExitBefore(IBlockOperation block, IOperation statement, IOperation origin)
    {
        var function = origin.Function();
        return block
            .Operations.TakeWhile(earlier => earlier != statement)
            .Where(earlier => earlier.Syntax.Span.End > origin.Syntax.SpanStart)
            .SelectMany(earlier => earlier.DescendantsAndSelf())
            .Any(operation =>
                operation is IReturnOperation or IThrowOperation or IBranchOperation
                && operation.Syntax.SpanStart > origin.Syntax.SpanStart
                && operation.Function() == function
            );
    }
}
