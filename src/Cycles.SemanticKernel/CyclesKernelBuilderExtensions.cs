using Cycles;
using Cycles.SemanticKernel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.SemanticKernel;

/// <summary>Governs the kernels of a builder.</summary>
public static class CyclesKernelBuilderExtensions
{
    /// <summary>
    /// Lets the kernel ask before each function, and before each call of the chat services that are registered so far,
    /// keyed ones too.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Call it after the services, and after the filters that are to run outside of it. A chat service that comes later is
    /// not guarded, and a warning tells of it when the first kernel is built. One that is guarded already keeps its guard.
    /// Where one service hands a call's messages on to another, as a router does, the outer one alone charges, and needs a
    /// price; register a router that hands on a copy of them, or asks several models, after this, so that each of its
    /// models charges for itself.
    /// </para>
    /// <para>
    /// A denied call does not run; its result is a text for the model (<see cref="Cycles.Extensions.AI.DenialMode"/>). An
    /// exception's message does not reach the chat history.
    /// </para>
    /// <para>
    /// A function that streams holds when somebody begins to read, before its body runs; with a filter inside of this one,
    /// before that filter. It is settled when the enumeration ends, early or not, and each enumeration has a hold of its
    /// own. A function that returns a stream and is called as a whole holds before it runs; if nobody reads what it
    /// returned, nor disposes its enumerator, the authority's TTL frees the hold.
    /// </para>
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Says what functions and model calls cost; called when the first kernel is built.</param>
    /// <param name="cycles">Who asks; null for the container's.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">
    /// The builder has it already. When a kernel is built: <paramref name="cycles"/> was not given and the container has
    /// none.
    /// </exception>
    public static IKernelBuilder AddCycles(
        this IKernelBuilder builder,
        Action<CyclesKernelOptions>? configure = null,
        CyclesClient? cycles = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(KernelGuard)))
        {
            throw new InvalidOperationException(
                "AddCycles was called on this builder before; a second guard would charge every call twice."
            );
        }

        KernelTool.NameTools();
        var guarded = new GuardedServices(services);
        services.AddSingleton(provider => CyclesKernelOptions.From(provider, configure));
        services.AddSingleton(provider => new ServiceGuards(
            cycles ?? provider.GetRequiredService<CyclesClient>(),
            provider.GetRequiredService<CyclesKernelOptions>().Chat,
            KernelLog.Of(provider.GetService<ILoggerFactory>())
        ));
        services.AddSingleton(provider =>
        {
            guarded.TellUnguarded(KernelLog.Of(provider.GetService<ILoggerFactory>()));
            return new KernelGuard(
                cycles ?? provider.GetRequiredService<CyclesClient>(),
                provider.GetRequiredService<CyclesKernelOptions>().Tools
            );
        });
        services.AddSingleton<IFunctionInvocationFilter>(provider => provider.GetRequiredService<KernelGuard>());
        services.AddSingleton<IAutoFunctionInvocationFilter>(provider => provider.GetRequiredService<KernelGuard>());
        return builder;
    }
}
