using Cycles;
using Cycles.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.AI;

/// <summary>Guards the tools of a chat pipeline.</summary>
public static class CyclesToolChatClientBuilderExtensions
{
    /// <summary>Semantic Kernel's loop, which is not public: it runs functions by itself, past any invoker.</summary>
    private const string KernelLoop = "Microsoft.Extensions.AI.KernelFunctionInvokingChatClient";

    /// <summary>
    /// Lets the tool loop that follows (<c>UseFunctionInvocation</c>) ask before each tool that it runs, wherever the tool
    /// comes from.
    /// </summary>
    /// <remarks>
    /// A function that is guarded already keeps its guard. The loop's <c>FunctionInvoker</c>, if it has one, runs inside
    /// the guard. A subclass of the loop that overrides <c>InvokeFunctionAsync</c> has to call its base.
    /// </remarks>
    /// <param name="builder">The pipeline, before <c>UseFunctionInvocation</c>.</param>
    /// <param name="cycles">Who asks; null for the container's.</param>
    /// <param name="configure">Says what each tool costs.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="InvalidOperationException">
    /// When the pipeline is built: no tool loop follows, it is guarded already, it is Semantic Kernel's
    /// (<c>UseKernelFunctionInvocation</c>), whose functions a kernel's own guard asks for, or the container has no client.
    /// </exception>
    public static ChatClientBuilder UseCyclesTools(
        this ChatClientBuilder builder,
        CyclesClient? cycles = null,
        Action<ToolPolicy>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use(
            (inner, services) =>
            {
                var policy = new ToolPolicy
                {
                    LoggerFactory = services.GetService<ILoggerFactory>(),
                    TimeProvider = services.GetService<TimeProvider>(),
                };
                configure?.Invoke(policy);
                Guard(inner, new ToolGuard(cycles ?? services.GetRequiredService<CyclesClient>(), policy));
                return new RunScopeChatClient(inner);
            }
        );
    }

    private static void Guard(IChatClient inner, ToolGuard guard)
    {
        var loop =
            inner.GetService<FunctionInvokingChatClient>()
            ?? throw new InvalidOperationException(
                "UseCyclesTools guards the tool loop that follows it, and none does. Put it before UseFunctionInvocation."
            );
        if (loop.GetType().FullName == KernelLoop)
        {
            throw new InvalidOperationException(
                "UseCyclesTools cannot guard the functions of UseKernelFunctionInvocation, which runs them past it. Leave it out and call AddCycles of Cycles.SemanticKernel on the kernel, or put it before UseFunctionInvocation."
            );
        }

        if (loop.FunctionInvoker?.Target is GuardedInvoker)
        {
            throw new InvalidOperationException(
                "The tool loop is guarded already; a second guard would charge its calls twice. Use UseCyclesTools once."
            );
        }

        loop.FunctionInvoker = new GuardedInvoker(guard, loop.FunctionInvoker).InvokeAsync;
    }
}
