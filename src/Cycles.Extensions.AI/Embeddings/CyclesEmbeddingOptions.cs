using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// What a <see cref="CyclesEmbeddingGenerator{TInput, TEmbedding}"/> does. Read once, when it is made; the prices may
/// change later.
/// </summary>
public sealed class CyclesEmbeddingOptions : CyclesModelOptions
{
    /// <summary>
    /// Who acts in one call, asked for each; each level that it leaves open, or null, comes from
    /// <see cref="CyclesModelOptions.Subject"/>. Default none.
    /// </summary>
    public Func<EmbeddingGenerationOptions?, Subject?>? ResolveSubject { get; set; }

    /// <summary>
    /// What one call is to the authority, asked for each; null for <see cref="CyclesModelOptions.Action"/>, or
    /// <c>llm.embedding</c> with the model as the caller names it. Default none.
    /// </summary>
    public Func<EmbeddingGenerationOptions?, CyclesAction?>? ResolveAction { get; set; }

    internal CyclesEmbeddingOptions Copy() => (CyclesEmbeddingOptions)CheckedCopy();
}
