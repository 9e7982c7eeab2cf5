using System.Reflection;
using Cycles.Extensions.AI;

namespace Cycles.SemanticKernel;

/// <summary>The holds of one invocation of a function that streams: each enumeration has its own, settled when it ends.</summary>
internal sealed class StreamHolds(ToolGuard guard, ToolCall call, ToolTerms declared, LoopCall place)
{
    private static readonly MethodInfo GuardItems = typeof(StreamHolds).GetMethod(
        nameof(GuardAs),
        BindingFlags.Instance | BindingFlags.NonPublic
    )!;

    private ToolHold? _ahead;
    private int _asked;

    /// <summary>Holds for the first enumeration before anything of the function runs.</summary>
    public async ValueTask<ToolHold> HoldAheadAsync(CancellationToken cancellationToken) =>
        _ahead = await AskAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The same stream with a hold for each enumeration; null for what is no stream.</summary>
    public object? Guard(object? result) =>
        result is not null && StreamType.OfResult(result.GetType()) is { } item
            ? GuardItems.MakeGenericMethod(item).Invoke(this, [result])
            : null;

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

    private StreamResult<T> GuardAs<T>(object result)
    {
        var once = result is IAsyncEnumerable<T> ? null : (IAsyncEnumerator<T>)result;
        var stream = once is null ? (IAsyncEnumerable<T>)result : new ReadOnce<T>(once);
        return new(GuardedStream.RunAsync(token => BeginAsync(stream, token), guard.Time), this, once);
    }

    private async ValueTask<StreamCall<T>> BeginAsync<T>(
        IAsyncEnumerable<T> stream,
        CancellationToken cancellationToken
    )
    {
        var hold = Interlocked.Exchange(ref _ahead, null) ?? await AskAsync(cancellationToken).ConfigureAwait(false);
        return new FunctionStreamCall<T>(
            hold,
            hold.Denial is not { } denied
                ? stream
                : DeniedStream.Of<T>(Deny(hold)) ?? throw new BudgetDeniedException(denied.Denial)
        );
    }

    private ValueTask<ToolHold> AskAsync(CancellationToken cancellationToken) =>
        guard.BeginAsync(
            call,
            declared,
            place.Caps,
            Interlocked.Exchange(ref _asked, 1) == 0 ? place.Key : null,
            isNoted: false,
            cancellationToken
        );
}
