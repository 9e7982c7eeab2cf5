using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel.Tests;

/// <summary>A filter of somebody else's.</summary>
public sealed class ForeignFilter(Func<FunctionInvocationContext, Func<FunctionInvocationContext, Task>, Task> filter)
    : IFunctionInvocationFilter
{
    public Task OnFunctionInvocationAsync(
        FunctionInvocationContext context,
        Func<FunctionInvocationContext, Task> next
    ) => filter(context, next);
}
