using Cycles.Extensions.AI;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel;

/// <summary>
/// Asks before each function of a kernel. The function filter holds and settles, because it sees every call, automatic or
/// not; the other one only knows which loop a call belongs to. Charging in both would charge twice.
/// </summary>
internal sealed class KernelGuard : IFunctionInvocationFilter, IAutoFunctionInvocationFilter
{
    private readonly ToolGuard _guard;

    public KernelGuard(CyclesClient cycles, ToolPolicy policy)
    {
        KernelTool.NameTools();
        _guard = new ToolGuard(cycles, policy);
    }

    /// <summary>Takes note of functions before they are called.</summary>
    public void Meet(IEnumerable<KernelFunction> functions)
    {
        foreach (var function in functions.Where(function => !KernelTool.PassesOn(function)))
        {
            var name = KernelTool.NameOf(function);
            _guard.Meet(name, KernelTool.TermsOf(function, name));
        }
    }

    public async Task OnAutoFunctionInvocationAsync(
        AutoFunctionInvocationContext context,
        Func<AutoFunctionInvocationContext, Task> next
    )
    {
        var call = AutoCall.Begin(context);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception e) when (!call.IsChatClients)
        {
            // A chat service puts the exception's message into the history, for the model to read.
            throw e is OperationCanceledException && context.CancellationToken.IsCancellationRequested
                ? new OperationCanceledException("The call was canceled.", e, context.CancellationToken)
                : new KernelException("The function failed.", e);
        }
        finally
        {
            call.Complete();
        }
    }

    public async Task OnFunctionInvocationAsync(
        FunctionInvocationContext context,
        Func<FunctionInvocationContext, Task> next
    )
    {
        if (KernelTool.PassesOn(context.Function))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var call = new ToolCall(KernelTool.NameOf(context.Function), context.Arguments);
        var place = AutoCall.Enter(call.Name, context.Function, out var own);
        try
        {
            await (
                context.IsStreaming || StreamType.IsReturnedBy(context.Function)
                    ? StreamAsync(context, next, call, place, isLoops: own is not null)
                    : RunAsync(context, next, call, place)
            ).ConfigureAwait(false);
        }
        finally
        {
            own?.End();
        }
    }

    private async Task RunAsync(
        FunctionInvocationContext context,
        Func<FunctionInvocationContext, Task> next,
        ToolCall call,
        LoopCall place
    )
    {
        var hasRun = false;
        var result = await GuardedCall
            .RunAsync(
                _guard,
                call,
                KernelTool.TermsOf(context.Function, call.Name),
                place,
                async () =>
                {
                    hasRun = true;
                    await next(context).ConfigureAwait(false);
                    return context.Result.GetValue<object>();
                },
                context.CancellationToken
            )
            .ConfigureAwait(false);
        if (!hasRun)
        {
            context.Result = new FunctionResult(context.Result, result);
        }
    }

    private async Task StreamAsync(
        FunctionInvocationContext context,
        Func<FunctionInvocationContext, Task> next,
        ToolCall call,
        LoopCall entered,
        bool isLoops
    )
    {
        using var place = entered;

        // Nothing of a streaming function runs before somebody reads, and filters outside may see to it that nobody does.
        // One inside may read, though, or act by itself; and a function that is called as a whole runs up to its stream.
        var holds = new StreamHolds(_guard, call, KernelTool.TermsOf(context.Function, call.Name), place);
        var ahead =
            context.IsStreaming && IsInnermost(context)
                ? null
                : await holds.HoldAheadAsync(context.CancellationToken).ConfigureAwait(false);
        if (ahead is { Denial: { } denied })
        {
            var text = holds.Deny(ahead);
            context.Result = new FunctionResult(
                context.Result,
                !isLoops && DeniedStream.Suits(context.Function) ? new DeniedStream(text)
                    : context.IsStreaming ? throw new BudgetDeniedException(denied.Denial)
                    : text
            );
            return;
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch when (ahead is not null)
        {
            await ahead.SettleAsync(failed: true).ConfigureAwait(false);
            throw;
        }

        if (holds.Guard(context.Result.GetValue<object>()) is { } guarded)
        {
            context.Result = new FunctionResult(context.Result, guarded);
        }
        else if (ahead is not null)
        {
            await ahead.SettleAsync(failed: false).ConfigureAwait(false);
        }
    }

    private bool IsInnermost(FunctionInvocationContext context) =>
        context.Kernel.FunctionInvocationFilters is [.., var last] && last == this;
}
