using System.Runtime.CompilerServices;

namespace Cycles.Extensions.AI;

/// <summary>Streams as they come, each enumeration with a hold of its own, settled however it ends.</summary>
/// <remarks>
/// An enumerator that is dropped without being disposed never gets to its end; the authority's TTL frees its hold.
/// </remarks>
internal static class GuardedStream
{
    /// <summary>
    /// How much is read on where the consumer stopped at the finish reason: usage comes right behind it. So many leave room
    /// for empty items in between, and are an end to a stream that has none.
    /// </summary>
    private const int DrainedItems = 16;

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Runs what <paramref name="begin"/> holds for, or throws; it is asked at the first MoveNextAsync of each enumeration.
    /// </summary>
    public static IAsyncEnumerable<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<StreamCall<T>>> begin,
        TimeProvider time,
        CancellationToken cancellationToken = default
    )
    {
        var items = EachAsync(begin, time, cancellationToken);
        return CyclesRun.Current is { } run ? RunStream.FollowAsync(run, items, cancellationToken) : items;
    }

    private static async IAsyncEnumerable<T> EachAsync<T>(
        Func<CancellationToken, ValueTask<StreamCall<T>>> begin,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var call = await begin(cancellationToken).ConfigureAwait(false);
        IAsyncEnumerator<T>? items = null;
        var end = StreamEnd.BrokenOff;
        try
        {
            while (true)
            {
                // The try is around MoveNextAsync and not around the yield: what the consumer throws is not the stream's.
                T item;
                try
                {
                    call.Enter();
                    items ??= call.Open(cancellationToken).GetAsyncEnumerator(cancellationToken);
                    if (!await items.MoveNextAsync().ConfigureAwait(false))
                    {
                        end = StreamEnd.Completed;
                        break;
                    }

                    item = items.Current;
                }
                catch
                {
                    end = StreamEnd.Failed;
                    throw;
                }

                call.Observe(item);
                yield return item;
            }
        }
        finally
        {
            var mayDispose = true;
            if (end == StreamEnd.BrokenOff && call.ExpectsMore && !cancellationToken.IsCancellationRequested)
            {
                (end, mayDispose) = await DrainAsync(items!, call, time).ConfigureAwait(false);
            }

            try
            {
                if (mayDispose && items is not null)
                {
                    await items.DisposeAsync().ConfigureAwait(false);
                }
            }
            finally
            {
                await call.EndAsync(end).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads a little on for a consumer that is gone, so nothing here reaches anybody.</summary>
    private static async ValueTask<(StreamEnd End, bool MayDispose)> DrainAsync<T>(
        IAsyncEnumerator<T> items,
        StreamCall<T> call,
        TimeProvider time
    )
    {
        var started = time.GetTimestamp();
        for (var i = 0; i < DrainedItems; i++)
        {
            var moving = Task.FromResult(false);
            try
            {
                moving = items.MoveNextAsync().AsTask();
                var left = DrainTime - time.GetElapsedTime(started);
                if (!await moving.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time).ConfigureAwait(false))
                {
                    return (StreamEnd.Completed, true);
                }

                call.Observe(items.Current);
            }
            catch (TimeoutException) when (!moving.IsCompleted)
            {
                // An enumerator that is still moving must not be disposed yet.
                _ = DisposeLaterAsync(moving, items);
                return (StreamEnd.BrokenOff, false);
            }
            catch (Exception)
            {
                return (StreamEnd.BrokenOff, true);
            }
        }

        return (StreamEnd.BrokenOff, true);
    }

    private static async Task DisposeLaterAsync<T>(Task moving, IAsyncEnumerator<T> items)
    {
        await moving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await items.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Its consumer is long gone, and the call is settled.
        }
    }
}
