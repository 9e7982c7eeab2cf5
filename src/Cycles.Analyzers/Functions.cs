using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>Which function an operation runs in.</summary>
internal static class Functions
{
    /// <summary>The innermost lambda or local function around an operation; null in the member's own body.</summary>
    public static IOperation? Function(this IOperation operation)
    {
        var parent = operation.Parent;
        while (parent is not null && !IsFunction(parent))
        {
            parent = parent.Parent;
        }

        return parent;
    }

    public static bool IsFunction(IOperation operation) =>
        operation is IAnonymousFunctionOperation or ILocalFunctionOperation;

    /// <summary>The outermost operation of the member.</summary>
    public static IOperation Root(this IOperation operation)
    {
        while (operation.Parent is { } parent)
        {
            operation = parent;
        }

        return operation;
    }
}
