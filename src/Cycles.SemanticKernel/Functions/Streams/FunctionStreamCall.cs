using Cycles.Extensions.AI;

namespace Cycles.SemanticKernel;

/// <summary>One enumeration of a function that streams. It costs what was held, also where its reader stopped early.</summary>
internal sealed class FunctionStreamCall<T>(ToolHold hold, IAsyncEnumerable<T> stream) : StreamCall<T>
{
    public override IAsyncEnumerable<T> Open(CancellationToken cancellationToken) => stream;

    public override void Observe(T item) { }

    public override ValueTask EndAsync(StreamEnd end) => hold.SettleAsync(failed: end == StreamEnd.Failed);
}
