using Cycles;
using Cycles.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.AI;

/// <summary>Puts a <see cref="CyclesChatClient"/> in front of a chat client.</summary>
public static class CyclesChatClientExtensions
{
    /// <summary>Asks before every call of a client.</summary>
    /// <param name="client">Who answers; belongs to the result from here on.</param>
    /// <param name="cycles">Who asks. Stays the caller's.</param>
    /// <param name="configure">Sets what to do, the prices above all.</param>
    /// <returns>The guarded client.</returns>
    /// <exception cref="ArgumentException">An option is out of range; the message names it and its bounds.</exception>
    public static IChatClient WithCycles(
        this IChatClient client,
        CyclesClient cycles,
        Action<CyclesChatOptions>? configure = null
    )
    {
        var options = new CyclesChatOptions();
        configure?.Invoke(options);
        return new CyclesChatClient(client, cycles, options);
    }

    /// <summary>
    /// Asks before every call, from this place in the pipeline on: after <c>UseFunctionInvocation()</c> and caches,
    /// before retries.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="cycles">Who asks; null for the container's.</param>
    /// <param name="configure">Sets what to do, the prices above all; called when the pipeline is built.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="InvalidOperationException">
    /// When the pipeline is built: <paramref name="cycles"/> was not given and the container has none.
    /// </exception>
    public static ChatClientBuilder UseCycles(
        this ChatClientBuilder builder,
        CyclesClient? cycles = null,
        Action<CyclesChatOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use(
            (client, services) =>
            {
                var options = new CyclesChatOptions
                {
                    LoggerFactory = services.GetService<ILoggerFactory>(),
                    TimeProvider = services.GetService<TimeProvider>(),
                };
                configure?.Invoke(options);
                return new CyclesChatClient(client, cycles ?? services.GetRequiredService<CyclesClient>(), options);
            }
        );
    }
}
