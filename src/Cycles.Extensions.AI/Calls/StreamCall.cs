namespace Cycles.Extensions.AI;

/// <summary>One enumeration of a guarded stream: its hold is there, and it is settled when the enumeration ends.</summary>
internal abstract class StreamCall<T>
{
    /// <summary>Whether a consumer that stops here may have left the usage unread behind it.</summary>
    public virtual bool ExpectsMore => false;

    /// <summary>Makes the call known to the work, each time before the work goes on: a reader's flow may be any.</summary>
    public virtual void Enter() { }

    /// <summary>Starts the work.</summary>
    public abstract IAsyncEnumerable<T> Open(CancellationToken cancellationToken);

    /// <summary>Sees every item before the consumer does. Never throws.</summary>
    public abstract void Observe(T item);

    /// <summary>Settles. Never throws.</summary>
    public abstract ValueTask EndAsync(StreamEnd end);
}
