using System.Reflection;
using Cycles.Extensions.AI;

namespace Cycles.SemanticKernel;

/// <summary>Puts holds around the stream of a function, each settled when its enumeration ends.</summary>
internal static class FunctionStream
{
    private static readonly MethodInfo GuardItems = ((Delegate)Guard<object>).Method.GetGenericMethodDefinition();

    /// <summary>The same stream with a hold for each enumeration; null for what is no stream.</summary>
    public static object? Guard(object? stream, StreamedFunction function) =>
        stream is not null && StreamedType.OfResult(stream.GetType()) is { } item
            ? GuardItems.MakeGenericMethod(item).Invoke(null, [stream, function])
            : null;

    private static FunctionResultStream<T> Guard<T>(object result, StreamedFunction function)
    {
        var once = result is IAsyncEnumerable<T> ? null : (IAsyncEnumerator<T>)result;
        var stream = once is null ? (IAsyncEnumerable<T>)result : new ReadOnce<T>(once);
        return new(
            GuardedStream.RunAsync<T>(
                async token =>
                {
                    var hold = await function.HoldAsync(token).ConfigureAwait(false);
                    return new FunctionStreamCall<T>(
                        hold,
                        hold.Denial is not { } denied
                            ? stream
                            : DeniedStream.Of<T>(function.Deny(hold)) ?? throw new BudgetDeniedException(denied.Denial)
                    );
                },
                function.Time
            ),
            function,
            once
        );
    }
}
