using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>Stands outside a tool loop, so that the tools of a streamed request stay in the run that it began in.</summary>
internal sealed class RunScopeChatClient(IChatClient inner) : DelegatingChatClient(inner)
{
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        RunStream.FollowAsync(
            CyclesRun.Current,
            base.GetStreamingResponseAsync(messages, options, cancellationToken),
            cancellationToken
        );
}
