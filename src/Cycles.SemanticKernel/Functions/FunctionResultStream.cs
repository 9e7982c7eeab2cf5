namespace Cycles.SemanticKernel;

/// <summary>
/// A stream as Semantic Kernel hands it out: where a function returns one, its result is the enumerator, which of an
/// iterator is the stream as well. So this is both.
/// </summary>
internal sealed class FunctionResultStream<T>(IAsyncEnumerable<T> stream) : IAsyncEnumerable<T>, IAsyncEnumerator<T>
{
    private IAsyncEnumerator<T>? _items;

    public T Current => Items.Current;

    private IAsyncEnumerator<T> Items => _items ??= stream.GetAsyncEnumerator();

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        stream.GetAsyncEnumerator(cancellationToken);

    public ValueTask<bool> MoveNextAsync() => Items.MoveNextAsync();

    public ValueTask DisposeAsync() => _items?.DisposeAsync() ?? default;
}
