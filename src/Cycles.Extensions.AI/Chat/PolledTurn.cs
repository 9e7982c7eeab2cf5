using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// A turn that may go on behind a token: who answers it, and the caps that it began with. Not known for a token that was
/// stored and read again.
/// </summary>
internal sealed record PolledTurn(IChatClient Client, Caps? Caps)
{
    private static readonly ConditionalWeakTable<ResponseContinuationToken, PolledTurn> Turns = [];

    public static PolledTurn? Of(ChatOptions? options) =>
        options?.ContinuationToken is { } token && Turns.TryGetValue(token, out var turn) ? turn : null;

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

    private void Add(ResponseContinuationToken? token)
    {
        if (token is not null)
        {
            Turns.AddOrUpdate(token, this);
        }
    }
}
