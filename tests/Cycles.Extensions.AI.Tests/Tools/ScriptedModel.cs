using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>A model that asks for the tools of one turn after the other, and is done when the turns are used up.</summary>
public sealed class ScriptedModel(params string[][] turns) : IChatClient
{
    private int _calls;

    /// <summary>Makes a call's id from its place in the turn; ids repeat from turn to turn, as real ones may.</summary>
    public Func<int, string> CallIds { get; init; } = index => $"call-{index}";

    public IDictionary<string, object?> Arguments { get; init; } = new Dictionary<string, object?>();

    /// <summary>How often the model was asked.</summary>
    public int Calls => _calls;

    public List<ChatOptions?> Options { get; } = [];

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Options.Add(options);
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. NextTurn()])));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        Options.Add(options);
        foreach (var content in NextTurn())
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, [content]);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }

    private IEnumerable<AIContent> NextTurn()
    {
        var turn = _calls++;
        return turn < turns.Length
            ? turns[turn]
                .Select(
                    (tool, index) =>
                        new FunctionCallContent(CallIds(index), tool, new Dictionary<string, object?>(Arguments))
                )
            : [new TextContent("done")];
    }
}
