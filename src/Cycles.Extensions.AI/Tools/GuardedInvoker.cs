using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>Guards whatever a <see cref="FunctionInvokingChatClient"/> invokes, wherever the function came from.</summary>
internal sealed class GuardedInvoker(
    ToolGuard guard,
    Func<FunctionInvocationContext, CancellationToken, ValueTask<object?>>? next
)
{
    public ValueTask<object?> InvokeAsync(FunctionInvocationContext context, CancellationToken cancellationToken) =>
        // A guard of the function's own knows more about it.
        CyclesToolExtensions.IsGuarded(context.Function)
            ? PassAsync(context, cancellationToken)
            : GuardedCall.RunAsync(
                guard,
                new ToolCall(ToolNames.Of(context.Function), context.Arguments),
                CyclesToolExtensions.TermsOf(context.Function),
                () => PassAsync(context, cancellationToken),
                cancellationToken
            );

    private ValueTask<object?> PassAsync(FunctionInvocationContext context, CancellationToken cancellationToken) =>
        next is null
            ? context.Function.InvokeAsync(context.Arguments, cancellationToken)
            : next(context, cancellationToken);
}
