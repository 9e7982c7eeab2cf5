using Cycles;
using Cycles.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.AI;

/// <summary>Puts a <see cref="CyclesEmbeddingGenerator{TInput, TEmbedding}"/> in front of an embedding generator.</summary>
public static class CyclesEmbeddingGeneratorExtensions
{
    /// <summary>Asks before every call of a generator.</summary>
    /// <typeparam name="TInput">What is embedded.</typeparam>
    /// <typeparam name="TEmbedding">What comes back.</typeparam>
    /// <param name="generator">Who answers; belongs to the result from here on.</param>
    /// <param name="cycles">Who asks. Stays the caller's.</param>
    /// <param name="configure">Sets what to do, the prices above all.</param>
    /// <returns>The guarded generator.</returns>
    /// <exception cref="ArgumentException">An option is out of range; the message names it and its bounds.</exception>
    public static IEmbeddingGenerator<TInput, TEmbedding> WithCycles<TInput, TEmbedding>(
        this IEmbeddingGenerator<TInput, TEmbedding> generator,
        CyclesClient cycles,
        Action<CyclesEmbeddingOptions>? configure = null
    )
        where TEmbedding : Embedding
    {
        var options = new CyclesEmbeddingOptions();
        configure?.Invoke(options);
        return new CyclesEmbeddingGenerator<TInput, TEmbedding>(generator, cycles, options);
    }

    /// <summary>Asks before every call, from this place in the pipeline on: after caches, before retries.</summary>
    /// <typeparam name="TInput">What is embedded.</typeparam>
    /// <typeparam name="TEmbedding">What comes back.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <param name="cycles">Who asks; null for the container's.</param>
    /// <param name="configure">Sets what to do, the prices above all; called when the pipeline is built.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="InvalidOperationException">
    /// When the pipeline is built: <paramref name="cycles"/> was not given and the container has none.
    /// </exception>
    public static EmbeddingGeneratorBuilder<TInput, TEmbedding> UseCycles<TInput, TEmbedding>(
        this EmbeddingGeneratorBuilder<TInput, TEmbedding> builder,
        CyclesClient? cycles = null,
        Action<CyclesEmbeddingOptions>? configure = null
    )
        where TEmbedding : Embedding
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use(
            (generator, services) =>
            {
                var options = new CyclesEmbeddingOptions
                {
                    LoggerFactory = services.GetService<ILoggerFactory>(),
                    TimeProvider = services.GetService<TimeProvider>(),
                };
                configure?.Invoke(options);
                return new CyclesEmbeddingGenerator<TInput, TEmbedding>(
                    generator,
                    cycles ?? services.GetRequiredService<CyclesClient>(),
                    options
                );
            }
        );
    }
}
