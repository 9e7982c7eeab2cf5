namespace Cycles.SemanticKernel;

/// <summary>The stream of which only the enumerator is known.</summary>
internal sealed class ReadOnce<T>(IAsyncEnumerator<T> items) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => items;
}
