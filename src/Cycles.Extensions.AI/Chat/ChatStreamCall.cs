using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>One enumeration of a guarded chat stream.</summary>
internal sealed class ChatStreamCall(
    ModelCall call,
    PolledTurn turn,
    OuterCall outer,
    Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> open,
    ChatMeter meter,
    BrokenStreamCharge broken
) : StreamCall<ChatResponseUpdate>
{
    public override bool ExpectsMore => meter.HasFinished;

    public override void Enter() => outer.Enter();

    public override IAsyncEnumerable<ChatResponseUpdate> Open(CancellationToken cancellationToken) =>
        open(cancellationToken);

    public override void Observe(ChatResponseUpdate item)
    {
        meter.Add(item);
        turn.Add(item);
    }

    public override ValueTask EndAsync(StreamEnd end) => meter.EndAsync(call, end, broken);
}
