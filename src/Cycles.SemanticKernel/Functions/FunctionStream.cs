using System.Reflection;
using Cycles.Extensions.AI;

namespace Cycles.SemanticKernel;

/// <summary>Settles a function that streams when its enumeration ends: until then its body has not even begun.</summary>
internal static class FunctionStream
{
    private static readonly MethodInfo GuardItems = ((Delegate)Guard<object>).Method.GetGenericMethodDefinition();

    /// <summary>The same stream with a hold that is settled at its end; null for what is no stream.</summary>
    /// <param name="stream">What the function returned.</param>
    /// <param name="hold">What is held already, for the first enumeration.</param>
    /// <param name="holdAgain">Holds for a further enumeration, or throws.</param>
    /// <param name="time">The clock of the stream.</param>
    public static object? Guard(
        object? stream,
        ToolHold hold,
        Func<CancellationToken, ValueTask<ToolHold>> holdAgain,
        TimeProvider time
    ) =>
        stream is not null && StreamedType.Of(stream.GetType()) is { } item
            ? GuardItems.MakeGenericMethod(item).Invoke(null, [stream, hold, holdAgain, time])
            : null;

    private static IAsyncEnumerable<T> Guard<T>(
        IAsyncEnumerable<T> stream,
        ToolHold hold,
        Func<CancellationToken, ValueTask<ToolHold>> holdAgain,
        TimeProvider time
    )
    {
        var first = hold;
        return GuardedStream.RunAsync<T>(
            async token => new FunctionStreamCall<T>(
                Interlocked.Exchange(ref first, null) ?? await holdAgain(token).ConfigureAwait(false),
                stream
            ),
            time
        );
    }
}
