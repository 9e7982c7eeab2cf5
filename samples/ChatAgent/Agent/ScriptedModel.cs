using Microsoft.Extensions.AI;

namespace ChatAgent;

/// <summary>
/// Stands in for a model. It looks up the order and tries to please the customer, again and again, because the order
/// stays open; it stops only when it reads a denial, or when nothing is left that it could do.
/// </summary>
internal sealed class ScriptedModel(RunLog log) : IChatClient
{
    public const string Name = "support-model";

    /// <summary>The same model, smaller.</summary>
    public const string Small = "small-model";

    /// <summary>Dollars for a million tokens, in and out.</summary>
    public static readonly IReadOnlyDictionary<string, (decimal Input, decimal Output)> Prices = new Dictionary<
        string,
        (decimal, decimal)
    >
    {
        [Name] = (3m, 15m),
        [Small] = (0.3m, 1.5m),
    };

    private const int TokensOfACall = 120;
    private const int TokensOfAnAnswer = 280;

    private static readonly string[] Acts = ["send_email", "issue_credit"];

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var history = messages.ToList();
        var contents = Next(history, options);
        var wanted = contents[0] is TextContent ? TokensOfAnAnswer : TokensOfACall;
        var usage = new UsageDetails
        {
            InputTokenCount = 500 + 100 * history.Count,
            OutputTokenCount = Math.Min(wanted, options?.MaxOutputTokens ?? wanted),
        };
        var model = options?.ModelId ?? Name;
        log.AddTurn(model, usage, options?.MaxOutputTokens);
        return Task.FromResult(
            new ChatResponse(new ChatMessage(ChatRole.Assistant, contents)) { ModelId = model, Usage = usage }
        );
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException("This model answers as a whole.");

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(defaultModelId: Name) : null;

    public void Dispose() { }

    private static List<AIContent> Next(List<ChatMessage> history, ChatOptions? options)
    {
        if (history[^1].Contents.OfType<FunctionResultContent>().Any(WasDenied))
        {
            return [new TextContent("That is all I may do for you today; a colleague will call you.")];
        }

        var offered = options?.Tools?.Select(tool => tool.Name).ToList() ?? [];
        var looksUp = history[^1].Role == ChatRole.User || history[^1].Contents.Count > 1;
        var wanted = (looksUp ? ["find_order"] : Acts).Intersect(offered).ToList();
        return wanted.Count > 0
            ? [.. wanted.Select((tool, i) => new FunctionCallContent($"call-{history.Count}-{i}", tool, Arguments()))]
            : [new TextContent("Your order is on its way; I can tell you no more.")];
    }

    /// <summary>A model reads the sentence; this one knows it when it sees it.</summary>
    private static bool WasDenied(FunctionResultContent result) =>
        result.Result?.ToString()?.Contains("was denied", StringComparison.Ordinal) == true;

    private static Dictionary<string, object?> Arguments() => new() { ["order"] = "4711" };
}
