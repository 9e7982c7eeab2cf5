using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>
/// Goes through one list of statements in the order in which they run, up to a commit. Only what surely runs counts as
/// a settlement: one in a branch, a loop, a lambda or a try says nothing about what follows. A write counts anywhere.
/// </summary>
internal sealed class SettlementOrder
{
    /// <summary>Deeper than code goes; an expression without end must not end the compiler.</summary>
    private const int MaxDepth = 500;

    private readonly IInvocationOperation _commit;
    private readonly ISymbol _holder;
    private readonly CyclesSymbols _symbols;
    private IInvocationOperation? _settlement;
    private bool _arrived;
    private bool _arrivedSurely;

    private SettlementOrder(IInvocationOperation commit, ISymbol holder, CyclesSymbols symbols)
    {
        _commit = commit;
        _holder = holder;
        _symbols = symbols;
    }

    /// <summary>The settlement that a commit surely comes after, if any.</summary>
    public static IInvocationOperation? Before(IInvocationOperation commit, ISymbol holder, CyclesSymbols symbols)
    {
        var order = new SettlementOrder(commit, holder, symbols);
        foreach (var statement in StatementsAround(commit))
        {
            order.Visit(statement, isSure: true, depth: 0);
            if (order._arrived)
            {
                break;
            }
        }

        return order._arrivedSurely ? order._settlement : null;
    }

    private static ImmutableArray<IOperation> StatementsAround(IOperation operation)
    {
        while (operation.Parent is { } parent)
        {
            switch (parent)
            {
                case IBlockOperation block:
                    return block.Operations;
                case ISwitchCaseOperation section when section.Body.Contains(operation):
                    return section.Body;
            }

            operation = parent;
        }

        return ImmutableArray<IOperation>.Empty;
    }

    /// <summary>Operands first, as they are evaluated.</summary>
    private void Visit(IOperation operation, bool isSure, int depth)
    {
        if (depth > MaxDepth)
        {
            _arrived = true;
            return;
        }

        if (operation is ILabeledOperation)
        {
            // Whoever jumps here skipped what stands before.
            _settlement = null;
        }

        foreach (var child in operation.ChildOperations)
        {
            Visit(child, isSure && IsSure(operation, child), depth + 1);
            if (_arrived)
            {
                return;
            }
        }

        if (operation == _commit)
        {
            _arrived = true;
            _arrivedSurely = isSure;
        }
        else if (VariableWrites.IsWrite(operation, _holder))
        {
            _settlement = null;
        }
        else if (isSure && operation is IInvocationOperation call && IsSettlement(call))
        {
            _settlement = call;
        }
    }

    private bool IsSettlement(IInvocationOperation call) =>
        call.TargetMethod.Name is "CommitAsync" or "ReleaseAsync"
        && _symbols.IsOfGuard(call.TargetMethod)
        && SymbolEqualityComparer.Default.Equals(SecondCommit.Holder(call.Instance, _symbols), _holder)
        && !IsKept(call);

    /// <summary>Whoever keeps the task may look whether it failed: a commit with a bad amount leaves the guard open.</summary>
    private static bool IsKept(IOperation task) =>
        task.Parent switch
        {
            IAwaitOperation or IExpressionStatementOperation => false,
            ISimpleAssignmentOperation { Target: IDiscardOperation } => false,
            IPropertyReferenceOperation { Property.Name: "Result" } => false,
            IInvocationOperation { TargetMethod.Name: "Wait" or "GetResult" } => false,
            IInvocationOperation { TargetMethod.Name: "ConfigureAwait" or "WaitAsync" or "GetAwaiter" } call => IsKept(
                call
            ),
            IConversionOperation or IConditionalAccessOperation or ICoalesceOperation => IsKept(task.Parent),
            _ => true,
        };

    /// <summary>Whether the child runs whenever its parent does.</summary>
    private bool IsSure(IOperation parent, IOperation child) =>
        parent switch
        {
            IConditionalOperation choice => choice.Condition == child,
            ICoalesceOperation choice => choice.Value == child,
            ICoalesceAssignmentOperation choice => choice.Target == child,
            IBinaryOperation
            {
                OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr
            } both => both.LeftOperand == child,
            // Of the guard itself: where there is none, there is none the second time either.
            IConditionalAccessOperation access => access.Operation == child
                || SymbolEqualityComparer.Default.Equals(SecondCommit.Holder(access.Operation, _symbols), _holder),
            ISwitchExpressionOperation choice => choice.Value == child,
            ISwitchOperation choice => choice.Value == child,
            IUsingOperation scope => scope.Resources == child,
            IBlockOperation or ILoopOperation or ITryOperation or ILockOperation => false,
            IAnonymousFunctionOperation or ILocalFunctionOperation => false,
            _ => true,
        };
}
