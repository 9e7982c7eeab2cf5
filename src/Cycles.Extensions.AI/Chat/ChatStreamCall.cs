using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>One enumeration of a guarded chat stream.</summary>
internal sealed class ChatStreamCall(
    ModelCall call,
    Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> open,
    ChatMeter meter,
    BrokenStreamCharge broken
) : StreamCall<ChatResponseUpdate>
{
    private bool _finished;

    /// <summary>Some providers send the usage behind the finish reason.</summary>
    public override bool ExpectsMore => _finished;

    public override IAsyncEnumerable<ChatResponseUpdate> Open(CancellationToken cancellationToken) =>
        open(cancellationToken);

    public override void Observe(ChatResponseUpdate item)
    {
        meter.Add(item);
        if (call.Caps is { } caps && item is not null)
        {
            CappedCalls.Add(item.Contents, caps);
        }

        _finished |= item?.FinishReason is not null;
    }

    public override ValueTask EndAsync(StreamEnd end)
    {
        if (end == StreamEnd.Completed || meter.HasUsage)
        {
            return meter.CommitAsync(call);
        }

        if (!meter.HasAny || broken == BrokenStreamCharge.Release)
        {
            return call.ReleaseAsync(end == StreamEnd.Failed ? "action_failed" : "stream_broken_off");
        }

        return broken == BrokenStreamCharge.CommitObserved
            ? meter.CommitCountedAsync(call)
            : call.CommitEstimateAsync(meter.Answered);
    }
}
