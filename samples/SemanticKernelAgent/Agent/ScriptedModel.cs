using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace SemanticKernelAgent;

/// <summary>
/// Stands in for a model: asks for the functions of its plan, one in each turn, and answers when the plan is done or when
/// it reads a denial.
/// </summary>
internal sealed class ScriptedModel(TextWriter output, params string[] plan) : IChatClient
{
    public const string Name = "support-model";

    public const decimal InputUsdPerMillion = 3m;

    public const decimal OutputUsdPerMillion = 15m;

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var history = messages.ToList();
        return Task.FromResult(
            new ChatResponse(new ChatMessage(ChatRole.Assistant, [Next(history)]))
            {
                ModelId = Name,
                Usage = Usage(history.Count),
            }
        );
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var history = messages.ToList();
        foreach (var word in ((TextContent)Next(history)).Text.Split(' '))
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, word) { ModelId = Name };
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Usage(history.Count))]);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(defaultModelId: Name) : null;

    public void Dispose() { }

    private AIContent Next(List<ChatMessage> history)
    {
        if (history[^1].Contents.OfType<FunctionResultContent>().FirstOrDefault(WasDenied) is { } denied)
        {
            output.WriteLine($"  model reads: {denied.Result}");
            return new TextContent("That is all I may do for you today; a colleague will call you.");
        }

        var turn = history.Count(message => message.Role == ChatRole.Assistant);
        if (turn >= plan.Length)
        {
            return new TextContent("Your order 4711 is on its way.");
        }

        output.WriteLine($"  model asks for {plan[turn]}");
        return new FunctionCallContent(
            $"call-{turn}",
            plan[turn],
            new Dictionary<string, object?> { ["order"] = "4711" }
        );
    }

    /// <summary>A model reads the sentence; this one knows it when it sees it.</summary>
    private static bool WasDenied(FunctionResultContent result) =>
        result.Result?.ToString()?.Contains("was denied", StringComparison.Ordinal) == true;

    private static UsageDetails Usage(int messages) =>
        new() { InputTokenCount = 500 + 100 * messages, OutputTokenCount = 120 };
}
