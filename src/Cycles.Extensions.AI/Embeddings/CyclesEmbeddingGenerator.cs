using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>Asks before every call of an embedding model, and commits what its usage really cost.</summary>
/// <remarks>
/// As <see cref="CyclesChatClient"/> does it, with all tokens priced as input. Below a cache, hits are free; above one it
/// warns. Thread-safe as far as the generator below is.
/// </remarks>
/// <typeparam name="TInput">What is embedded: text, or content.</typeparam>
/// <typeparam name="TEmbedding">What comes back.</typeparam>
public sealed class CyclesEmbeddingGenerator<TInput, TEmbedding> : DelegatingEmbeddingGenerator<TInput, TEmbedding>
    where TEmbedding : Embedding
{
    private const string Kind = "llm.embedding";
    private const string Name = "CyclesEmbeddingGenerator";

    private readonly CyclesEmbeddingOptions _options;
    private readonly ModelCalls _calls;
    private readonly string _defaultModel;
    private readonly CyclesEmbeddingGenerator<TInput, TEmbedding>? _below;

    /// <summary>A guard in front of a generator.</summary>
    /// <param name="innerGenerator">Who answers. Disposed with the guard.</param>
    /// <param name="cycles">Who asks. Stays the caller's.</param>
    /// <param name="options">What to do; read once. Null for the defaults, which deny every call for want of prices.</param>
    /// <exception cref="ArgumentNullException">The generator or the client is null.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it and its bounds.</exception>
    public CyclesEmbeddingGenerator(
        IEmbeddingGenerator<TInput, TEmbedding> innerGenerator,
        CyclesClient cycles,
        CyclesEmbeddingOptions? options = null
    )
        : base(innerGenerator)
    {
        ArgumentNullException.ThrowIfNull(cycles);
        _options = (options ?? new CyclesEmbeddingOptions()).Copy();
        _calls = new ModelCalls(cycles, _options);
        _defaultModel =
            innerGenerator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelId ?? ModelCalls.UnknownModel;
        _below = innerGenerator.GetService<CyclesEmbeddingGenerator<TInput, TEmbedding>>();
        if (!IsLeftBelow() && innerGenerator.GetService<CachingEmbeddingGenerator<TInput, TEmbedding>>() is not null)
        {
            AdapterLog.GuardOutsideCache(_calls.Log);
        }
    }

    /// <inheritdoc />
    /// <exception cref="BudgetDeniedException">The budget said no, or a rule of the guard; the model was not called.</exception>
    /// <exception cref="CyclesException">The reserve failed otherwise; the model was not called.</exception>
    public override Task<GeneratedEmbeddings<TEmbedding>> GenerateAsync(
        IEnumerable<TInput> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        return IsLeftBelow() || _calls.IsCovered(values, Name)
            ? base.GenerateAsync(values, options, cancellationToken)
            : GuardedAsync(values, options, cancellationToken);
    }

    private bool IsLeftBelow() => _calls.AreLeftTo(_below?._calls, Name);

    private async Task<GeneratedEmbeddings<TEmbedding>> GuardedAsync(
        IEnumerable<TInput> values,
        EmbeddingGenerationOptions? options,
        CancellationToken cancellationToken
    )
    {
        // Estimating and calling both read them, and they may come from anywhere.
        var sent = values as List<TInput> ?? values as TInput[] ?? (IList<TInput>)[.. values];
        var model = options?.ModelId is { Length: > 0 } named ? named : _defaultModel;
        var action = _options.ResolveAction?.Invoke(options) ?? _options.Action ?? new CyclesAction(Kind, model);
        var subject = _options.ResolveSubject?.Invoke(options)?.FilledFrom(_options.Subject) ?? _options.Subject;
        var expected = new TokenCounts(sent.Sum(value => _calls.Tokens.Of(value)), 0, 0);
        OuterCall.TakeOver(sent);
        var call = await _calls.BeginAsync(model, action, subject, expected, cancellationToken).ConfigureAwait(false);
        GeneratedEmbeddings<TEmbedding> embeddings;
        try
        {
            _calls.Outer(sent, call).Enter();
            embeddings = await base.GenerateAsync(sent, options, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await call.ReleaseAsync("action_failed").ConfigureAwait(false);
            throw;
        }

        var usage = UsageTally.Of(embeddings?.Usage);
        var answered = embeddings is { Count: > 0 } ? embeddings[0]?.ModelId : null;
        if (usage.IsEmpty)
        {
            await call.CommitEstimateAsync(answered).ConfigureAwait(false);
        }
        else
        {
            await call.CommitAsync(usage.ResolveInput(), ActualSource.Reported, answered).ConfigureAwait(false);
        }

        return embeddings!;
    }
}
