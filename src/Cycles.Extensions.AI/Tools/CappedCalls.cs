using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// The caps of the model turn that asked for a call. A tool that they exclude was hidden from the model, which may ask
/// for it all the same.
/// </summary>
internal static class CappedCalls
{
    private static readonly ConditionalWeakTable<FunctionCallContent, Caps> Turns = [];

    /// <summary>Of turns that go on: the calls come with a poll, which nobody asks for.</summary>
    private static readonly ConditionalWeakTable<ResponseContinuationToken, Caps> Polled = [];

    /// <summary>Takes note of the calls in what a model turn answered, if it was capped.</summary>
    public static void Add(ChatResponse? response, Caps? caps)
    {
        if (caps is null || response is null)
        {
            return;
        }

        Add(response.ContinuationToken, caps);
        foreach (var message in response.Messages)
        {
            Add(message?.Contents, caps);
        }
    }

    /// <inheritdoc cref="Add(ChatResponse, Caps)" />
    public static void Add(ChatResponseUpdate? update, Caps? caps)
    {
        if (caps is not null && update is not null)
        {
            Add(update.ContinuationToken, caps);
            Add(update.Contents, caps);
        }
    }

    public static Caps? CapsOf(FunctionCallContent call) => Turns.TryGetValue(call, out var caps) ? caps : null;

    /// <summary>A poll goes on with a turn, under its caps; not known for a token that was stored and read again.</summary>
    public static Task<ChatResponse> FollowAsync(ChatOptions? options, Task<ChatResponse> polled) =>
        CapsOf(options) is { } caps ? EachAsync(caps, polled) : polled;

    /// <inheritdoc cref="FollowAsync(ChatOptions, Task{ChatResponse})" />
    public static IAsyncEnumerable<ChatResponseUpdate> FollowAsync(
        ChatOptions? options,
        IAsyncEnumerable<ChatResponseUpdate> polled,
        CancellationToken cancellationToken
    ) => CapsOf(options) is { } caps ? EachAsync(caps, polled, cancellationToken) : polled;

    private static async Task<ChatResponse> EachAsync(Caps caps, Task<ChatResponse> polled)
    {
        var response = await polled.ConfigureAwait(false);
        Add(response, caps);
        return response;
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> EachAsync(
        Caps caps,
        IAsyncEnumerable<ChatResponseUpdate> polled,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var update in polled.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Add(update, caps);
            yield return update;
        }
    }

    private static Caps? CapsOf(ChatOptions? options) =>
        options?.ContinuationToken is { } token && Polled.TryGetValue(token, out var caps) ? caps : null;

    private static void Add(ResponseContinuationToken? token, Caps caps)
    {
        if (token is not null)
        {
            Polled.AddOrUpdate(token, caps);
        }
    }

    private static void Add(IList<AIContent>? contents, Caps caps)
    {
        foreach (var call in contents?.OfType<FunctionCallContent>() ?? [])
        {
            Turns.AddOrUpdate(call, caps);
        }
    }
}
