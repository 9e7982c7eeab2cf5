using System.Runtime.CompilerServices;

namespace Cycles.Extensions.AI;

/// <summary>
/// Keeps a run around a stream: what an asynchronous iterator set up before a <c>yield</c> is gone after it, because it
/// goes on in the flow of whoever reads.
/// </summary>
internal static class RunStream
{
    /// <param name="run">The run at the time of the call; null for the one of whoever reads first.</param>
    /// <param name="items">What to read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<T> FollowAsync<T>(
        CyclesRun? run,
        IAsyncEnumerable<T> items,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        run = run is { IsEnded: false } ? run : CyclesRun.Current;
        run?.Resume();
        var reader = items.GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await reader.MoveNextAsync().ConfigureAwait(false))
            {
                yield return reader.Current;
                run?.Resume();
            }
        }
        finally
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }
}
