using Cycles.Extensions.AI;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel;

/// <summary>One enumeration of a chat service's stream.</summary>
internal sealed class ServiceStreamCall(
    ServiceCall call,
    OuterCall outer,
    Func<CancellationToken, IAsyncEnumerable<StreamingChatMessageContent>> open
) : StreamCall<StreamingChatMessageContent>
{
    public override void Enter() => outer.Enter();

    public override IAsyncEnumerable<StreamingChatMessageContent> Open(CancellationToken cancellationToken) =>
        open(cancellationToken);

    public override void Observe(StreamingChatMessageContent item) => call.Observe(item);

    public override ValueTask EndAsync(StreamEnd end) => call.EndAsync(end);
}
