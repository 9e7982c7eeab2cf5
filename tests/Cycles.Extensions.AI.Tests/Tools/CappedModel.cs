using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>A model whose turn was capped, and which asks for hidden tools all the same.</summary>
internal sealed class CappedModel(Caps caps, params string[] tools) : DelegatingChatClient(new ScriptedModel(tools))
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var response = await base.GetResponseAsync(messages, options, cancellationToken);
        CappedCalls.Add(response, caps);
        return response;
    }
}
