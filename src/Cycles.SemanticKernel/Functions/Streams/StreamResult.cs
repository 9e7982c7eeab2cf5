namespace Cycles.SemanticKernel;

/// <summary>
/// A stream as Semantic Kernel hands it out: where a function returns one, its result is the enumerator, which of an
/// iterator is the stream as well. So this is both.
/// </summary>
/// <param name="stream">The stream, with a hold for each enumeration.</param>
/// <param name="holds">What may be held ahead of the first.</param>
/// <param name="once">The enumerator that an unread stream leaves to be disposed; null where reading makes it.</param>
internal sealed class StreamResult<T>(IAsyncEnumerable<T> stream, StreamHolds holds, IAsyncEnumerator<T>? once)
    : IAsyncEnumerable<T>,
        IAsyncEnumerator<T>
{
    private IAsyncEnumerator<T>? _items;

    public T Current => Items.Current;

    private IAsyncEnumerator<T> Items => _items ??= stream.GetAsyncEnumerator();

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        stream.GetAsyncEnumerator(cancellationToken);

    public ValueTask<bool> MoveNextAsync() => Items.MoveNextAsync();

    public async ValueTask DisposeAsync()
    {
        if (_items is not null)
        {
            await _items.DisposeAsync().ConfigureAwait(false);
        }

        if (await holds.AbandonAsync().ConfigureAwait(false) && once is not null)
        {
            await once.DisposeAsync().ConfigureAwait(false);
        }
    }
}
