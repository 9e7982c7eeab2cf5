using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.SemanticKernel.Tests;

/// <summary>
/// A model that asks for the functions of one turn after the other, under the names that it was offered, and is done when
/// the turns are used up. Each turn uses ten tokens in and five out: 2,000 microcents.
/// </summary>
public sealed class LoopModel(params string[][] turns) : IChatClient
{
    public const long Cost = 2_000;

    private int _calls;

    public int Calls => _calls;

    public bool IsDisposed { get; private set; }

    public string Model { get; init; } = "m";

    public IDictionary<string, object?> Arguments { get; init; } = new Dictionary<string, object?>();

    /// <summary>What the model was offered, turn by turn.</summary>
    public List<IReadOnlyList<string>> Offered { get; } = [];

    /// <summary>What the model could read, turn by turn.</summary>
    public List<IReadOnlyList<ChatMessage>> Sent { get; } = [];

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        Task.FromResult(
            new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. NextTurn(messages, options)]))
            {
                ModelId = Model,
                Usage = Usage(),
            }
        );

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        foreach (var content in NextTurn(messages, options))
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, [content]);
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Usage())])
        {
            FinishReason = ChatFinishReason.Stop,
        };
    }

    /// <summary>Semantic Kernel asks for the metadata, and fails without.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("test", defaultModelId: Model) : null;

    public void Dispose() => IsDisposed = true;

    private static UsageDetails Usage() => new() { InputTokenCount = 10, OutputTokenCount = 5 };

    private List<AIContent> NextTurn(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        Sent.Add([.. messages]);
        Offered.Add([.. options?.Tools?.Select(tool => tool.Name) ?? []]);
        var turn = _calls++;
        return turn < turns.Length
            ?
            [
                .. turns[turn]
                    .Select(
                        (tool, index) =>
                            new FunctionCallContent($"call-{index}", tool, new Dictionary<string, object?>(Arguments))
                    ),
            ]
            : [new TextContent("done")];
    }
}
