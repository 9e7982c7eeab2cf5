using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cycles.Extensions.AI.Tests.Tools;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>
/// A model that asks for the tools of one turn after the other while it is offered tools, reports 100 input and 10 output
/// tokens a turn, and answers once it has none.
/// </summary>
public sealed class MeteredModel(params string[][] turns) : DelegatingChatClient(new ScriptedModel(turns))
{
    public const string Answer = "an answer";

    public ConcurrentQueue<ChatOptions?> Options { get; } = [];

    public IReadOnlyList<string?> Models => [.. Options.Select(options => options?.ModelId ?? "m")];

    public int Calls => Options.Count;

    /// <summary>What each call waits for.</summary>
    public Func<CancellationToken, Task> Waits { get; set; } = _ => Task.CompletedTask;

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Options.Enqueue(options);
        await Waits(cancellationToken);
        var response = MayCall(options)
            ? await base.GetResponseAsync(messages, options, cancellationToken)
            : new ChatResponse(new ChatMessage(ChatRole.Assistant, Answer));
        response.Usage = Usage();
        return response;
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        Options.Enqueue(options);
        await Waits(cancellationToken);
        if (MayCall(options))
        {
            await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken))
            {
                yield return update;
            }
        }
        else
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, Answer);
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Usage())]);
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata)
            ? new ChatClientMetadata(defaultModelId: "m")
            : base.GetService(serviceType, serviceKey);

    private static UsageDetails Usage() => new() { InputTokenCount = 100, OutputTokenCount = 10 };

    private static bool MayCall(ChatOptions? options) => options?.Tools is { Count: > 0 };
}
