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

    static KernelGuard() => ToolCaps.FrameworkName = KernelTool.FrameworkName;

    public KernelGuard(CyclesClient cycles, ToolPolicy policy)
    {
        _guard = new ToolGuard(cycles, policy, KernelTool.Spellings);
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
            throw new KernelException("The function failed.", e);
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
                context.IsStreaming ? StreamAsync(context, next, call, place) : RunAsync(context, next, call, place)
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
        LoopCall entered
    )
    {
        using var place = entered;
        var declared = KernelTool.TermsOf(context.Function, call.Name);
        var hold = await _guard
            .BeginAsync(call, declared, place.Caps, place.Key, context.CancellationToken)
            .ConfigureAwait(false);
        if (hold.Denial is { } denied)
        {
            var text = GuardedCall.Deny(denied, hold.Mode, place);
            context.Result = DeniedStream.Suits(context.Function)
                ? new FunctionResult(context.Result, new DeniedStream(text))
                : throw new BudgetDeniedException(denied.Denial);
            return;
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch
        {
            await hold.SettleAsync(failed: true).ConfigureAwait(false);
            throw;
        }

        if (
            FunctionStream.Guard(
                context.Result.GetValue<object>(),
                hold,
                token => HoldAgainAsync(call, declared, token),
                _guard.Time
            ) is
            { } guarded
        )
        {
            context.Result = new FunctionResult(context.Result, guarded);
        }
        else
        {
            await hold.SettleAsync(failed: false).ConfigureAwait(false);
        }
    }

    private async ValueTask<ToolHold> HoldAgainAsync(
        ToolCall call,
        ToolTerms declared,
        CancellationToken cancellationToken
    )
    {
        var hold = await _guard
            .BeginAsync(call, declared, caps: null, key: null, cancellationToken)
            .ConfigureAwait(false);
        return hold.Denial is { } denied ? throw new BudgetDeniedException(denied.Denial) : hold;
    }
}
