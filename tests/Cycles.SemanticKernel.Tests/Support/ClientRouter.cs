using Microsoft.Extensions.AI;

namespace Cycles.SemanticKernel.Tests;

/// <summary>Hands calls on to a client that it shows nobody.</summary>
public sealed class ClientRouter(IChatClient inner) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => inner.GetResponseAsync(messages, options, cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => inner.GetStreamingResponseAsync(messages, options, cancellationToken).Where(_ => true);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("router", defaultModelId: "m") : null;

    public void Dispose() { }
}
