using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Cycles.SemanticKernel.Tests;

/// <summary>A chat service of somebody's own, which has one answer and reports no usage.</summary>
public sealed class PlainService : IChatCompletionService
{
    public IReadOnlyDictionary<string, object?> Attributes { get; init; } =
        new Dictionary<string, object?> { ["ModelId"] = "m" };

    public ChatMessageContent Answer { get; init; } = new(AuthorRole.Assistant, "done");

    public Task<IReadOnlyList<ChatMessageContent>> GetChatMessageContentsAsync(
        ChatHistory chatHistory,
        PromptExecutionSettings? executionSettings = null,
        Kernel? kernel = null,
        CancellationToken cancellationToken = default
    ) => Task.FromResult<IReadOnlyList<ChatMessageContent>>([Answer]);

    public IAsyncEnumerable<StreamingChatMessageContent> GetStreamingChatMessageContentsAsync(
        ChatHistory chatHistory,
        PromptExecutionSettings? executionSettings = null,
        Kernel? kernel = null,
        CancellationToken cancellationToken = default
    ) => new[] { new StreamingChatMessageContent(Answer.Role, Answer.Content) }.ToAsyncEnumerable();
}
