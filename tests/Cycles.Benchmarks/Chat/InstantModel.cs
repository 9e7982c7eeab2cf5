using Microsoft.Extensions.AI;

namespace Cycles.Benchmarks;

/// <summary>A model that answers at once with the same objects every time, so that what is measured is around it.</summary>
internal sealed class InstantModel(int updates) : IChatClient
{
    private static readonly UsageDetails Usage = new() { InputTokenCount = 900, OutputTokenCount = 300 };

    private readonly Task<ChatResponse> _response = Task.FromResult(
        new ChatResponse(new ChatMessage(ChatRole.Assistant, "Your refund is on its way."))
        {
            ModelId = "gpt-4o-2024-08-06",
            Usage = Usage,
        }
    );

    private readonly ChatResponseUpdate _part = new(ChatRole.Assistant, " refund");
    private readonly ChatResponseUpdate _last = new(ChatRole.Assistant, [new UsageContent(Usage)]);

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => _response;

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await Task.CompletedTask;
        for (var i = 1; i < updates; i++)
        {
            yield return _part;
        }

        yield return _last;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }
}
