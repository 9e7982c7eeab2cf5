using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.SemanticKernel.Tests;

/// <summary>
/// A model that streams as providers do: an update for each token, and behind them why it stopped and the usage.
/// </summary>
public sealed class TokenModel(IReadOnlyList<string> tokens) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        Task.FromResult(
            new ChatResponse(new ChatMessage(ChatRole.Assistant, string.Concat(tokens)))
            {
                ModelId = "m",
                Usage = Usage(),
            }
        );

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        foreach (var token in tokens)
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, token);
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Usage())])
        {
            FinishReason = ChatFinishReason.Stop,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("test", defaultModelId: "m") : null;

    public void Dispose() { }

    private UsageDetails Usage() => new() { InputTokenCount = 10, OutputTokenCount = tokens.Count };
}
