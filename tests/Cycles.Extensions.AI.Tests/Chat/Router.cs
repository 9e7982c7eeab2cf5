using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>Hands calls on to a client that it shows nobody.</summary>
public sealed class Router(IChatClient inner) : IChatClient
{
    public string ModelId { get; init; } = "m";

    /// <summary>What it does first.</summary>
    public Func<Task> Before { get; init; } = () => Task.CompletedTask;

    /// <summary>Whether it asks for a stream when somebody begins to read, and not when it is asked for one.</summary>
    public bool IsLazy { get; init; } = true;

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        await Before();
        return await inner.GetResponseAsync(messages, options, cancellationToken);
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        IsLazy
            ? LazyAsync(messages, options, cancellationToken)
            : inner.GetStreamingResponseAsync(messages, options, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("router", defaultModelId: ModelId) : null;

    public void Dispose() => inner.Dispose();

    /// <summary>Comes to the model only after an item of its own, in the flow of whoever reads.</summary>
    private async IAsyncEnumerable<ChatResponseUpdate> LazyAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        yield return new ChatResponseUpdate();
        await Before();
        await foreach (var update in inner.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            yield return update;
        }
    }
}
