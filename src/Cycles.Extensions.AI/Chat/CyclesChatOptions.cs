using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>What a <see cref="CyclesChatClient"/> does. Read once, when it is made; the prices may change later.</summary>
public sealed class CyclesChatOptions : CyclesModelOptions
{
    /// <summary>
    /// Who acts in one call, asked for each; each level that it leaves open, or null, comes from
    /// <see cref="CyclesModelOptions.Subject"/>. Default none.
    /// </summary>
    public Func<ChatOptions?, Subject?>? ResolveSubject { get; set; }

    /// <summary>
    /// What one call is to the authority, asked for each; null for <see cref="CyclesModelOptions.Action"/>, or
    /// <c>llm.completion</c> with the model as the caller names it. Default none.
    /// </summary>
    public Func<ChatOptions?, CyclesAction?>? ResolveAction { get; set; }

    /// <summary>
    /// How many output tokens are expected of a call whose options don't set
    /// <see cref="ChatOptions.MaxOutputTokens"/>, or set it below 0; 0 or more, default 1,000.
    /// </summary>
    public long DefaultOutputTokens { get; set; } = 1_000;

    /// <summary>
    /// The models to ask, in order, where a call of the one before is denied, or the authority's caps exclude it
    /// (<see cref="Caps.MaxTokens"/> 0, or its name in <see cref="Caps.ToolDenylist"/>). Each attempt has its own price
    /// and key. Default none.
    /// </summary>
    public IList<FallbackModel> Fallbacks { get; private set; } = [];

    /// <summary>What several usage updates in one stream mean; default <see cref="UsageAggregation.Sum"/>.</summary>
    public UsageAggregation UsageAggregation { get; set; }

    /// <summary>
    /// What a stream costs that was not read to its end; default <see cref="BrokenStreamCharge.CommitObserved"/>.
    /// </summary>
    public BrokenStreamCharge BrokenStreams { get; set; }

    internal CyclesChatOptions Copy()
    {
        ThrowIf(DefaultOutputTokens < 0, nameof(DefaultOutputTokens), "must be 0 or more");
        ThrowIf(
            Fallbacks.Any(fallback => string.IsNullOrWhiteSpace(fallback?.Model)),
            nameof(Fallbacks),
            "must each name a model"
        );
        ThrowIf(
            Fallbacks.Any(fallback => fallback.Client?.GetService<CyclesChatClient>() is not null),
            nameof(Fallbacks),
            "must not be guarded themselves, which would charge their calls twice"
        );
        ThrowIfUndefined(UsageAggregation, nameof(UsageAggregation));
        ThrowIfUndefined(BrokenStreams, nameof(BrokenStreams));
        var copy = (CyclesChatOptions)CheckedCopy();
        copy.Fallbacks = [.. Fallbacks];
        return copy;
    }
}
