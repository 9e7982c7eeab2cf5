using Cycles;
using Cycles.Extensions.AI;
using Cycles.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Microsoft.SemanticKernel;

/// <summary>Guards a chat service.</summary>
public static class CyclesChatCompletionServiceExtensions
{
    /// <summary>Asks before every call of a chat service.</summary>
    /// <remarks>
    /// <para>
    /// A denied call throws <see cref="BudgetDeniedException"/>, a stream from its first <c>MoveNextAsync</c>. A call is
    /// charged by the usage that its message reports.
    /// </para>
    /// <para>
    /// A service that calls functions by itself hides the turns between them: one hold covers the whole loop, and is
    /// committed as it is, marked, also where the loop fails on its way. A warning says so once. An <c>IChatClient</c>
    /// with <c>UseKernelFunctionInvocation</c> above its guard has a hold for each turn.
    /// </para>
    /// <para>
    /// Functions that the authority's caps exclude are left out of the settings' <c>FunctionChoiceBehavior</c>, and refused
    /// by a governed kernel where the model asks for them all the same. A connector's own behavior (<c>ToolCallBehavior</c>)
    /// cannot be narrowed: there they are refused only.
    /// </para>
    /// </remarks>
    /// <param name="service">Who answers; disposed with the result.</param>
    /// <param name="cycles">Who asks. Stays the caller's.</param>
    /// <param name="configure">Sets what to do, the prices above all.</param>
    /// <returns>The guarded service; the same one when it is guarded already.</returns>
    /// <exception cref="ArgumentException">An option is out of range; the message names it and its bounds.</exception>
    public static IChatCompletionService WithCycles(
        this IChatCompletionService service,
        CyclesClient cycles,
        Action<CyclesChatOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(cycles);
        var options = new CyclesChatOptions();
        configure?.Invoke(options);
        return new ServiceGuards(cycles, options, KernelLog.Of(options.LoggerFactory ?? cycles.LoggerFactory)).Guard(
            service
        );
    }
}
