using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// A guard's turn that may go on behind a token: who answers it, and the caps that it began with. Not known for a token
/// that was stored and read again.
/// </summary>
/// <param name="Client">Who answers.</param>
/// <param name="Fallback">The model, where it is not the one that the caller names.</param>
/// <param name="Caps">What the turn keeps to.</param>
internal sealed record PolledTurn(IChatClient Client, string? Fallback, Caps? Caps)
{
    private static readonly ConditionalWeakTable<ResponseContinuationToken, PolledTurn[]> Turns = [];

    /// <summary>The turns behind a poll's token, from the innermost guard outwards.</summary>
    public static IReadOnlyList<PolledTurn> Of(ChatOptions options) => Of(options.ContinuationToken);

    /// <summary>What a poll of it asks with.</summary>
    public ChatOptions Options(ChatOptions asked)
    {
        if (Fallback is null || Fallback == asked.ModelId)
        {
            return asked;
        }

        var own = asked.Clone();
        own.ModelId = Fallback;
        return own;
    }

    /// <summary>Takes note of the token and the calls in what it answered.</summary>
    public void Add(ChatResponse? response)
    {
        Add(response?.ContinuationToken);
        CappedCalls.Add(response, Caps);
    }

    /// <inheritdoc cref="Add(ChatResponse)" />
    public void Add(ChatResponseUpdate? update)
    {
        Add(update?.ContinuationToken);
        CappedCalls.Add(update, Caps);
    }

    private static PolledTurn[] Of(ResponseContinuationToken? token) =>
        token is not null && Turns.TryGetValue(token, out var turns) ? turns : [];

    private void Add(ResponseContinuationToken? token)
    {
        if (token is not null)
        {
            Turns.AddOrUpdate(token, [.. Of(token).Where(turn => turn.Client != Client), this]);
        }
    }
}
