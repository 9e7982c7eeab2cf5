using Cycles.Extensions.AI;

namespace Cycles.SemanticKernel;

/// <summary>One invocation of a function that streams: each enumeration of it has a hold of its own.</summary>
internal sealed class StreamedFunction(ToolGuard guard, ToolCall call, ToolTerms declared, LoopCall place)
{
    private ToolHold? _ahead;
    private int _asked;

    public TimeProvider Time => guard.Time;

    /// <summary>Holds for the first enumeration before anything of the function runs.</summary>
    public async ValueTask<ToolHold> HoldAheadAsync(CancellationToken cancellationToken) =>
        _ahead = await AskAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Holds for an enumeration that begins, or takes what is held for it already.</summary>
    public ValueTask<ToolHold> HoldAsync(CancellationToken cancellationToken) =>
        Interlocked.Exchange(ref _ahead, null) is { } ahead ? new(ahead) : AskAsync(cancellationToken);

    /// <summary>
    /// Nobody is going to read: what is held for the first enumeration goes back, unless the function may have acted.
    /// False where it was read.
    /// </summary>
    public async ValueTask<bool> AbandonAsync()
    {
        if (Interlocked.Exchange(ref _ahead, null) is not { } ahead)
        {
            return false;
        }

        await ahead.SettleAsync(failed: true).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc cref="GuardedCall.Deny" />
    public string Deny(ToolHold hold) => GuardedCall.Deny(hold.Denial!, hold.Mode, place);

    private ValueTask<ToolHold> AskAsync(CancellationToken cancellationToken) =>
        guard.BeginAsync(
            call,
            declared,
            place.Caps,
            Interlocked.Exchange(ref _asked, 1) == 0 ? place.Key : null,
            cancellationToken
        );
}
