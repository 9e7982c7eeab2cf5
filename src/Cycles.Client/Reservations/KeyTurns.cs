using System.Collections.Concurrent;

namespace Cycles;

/// <summary>
/// Lets a client's reserves with one key of the caller's follow each other. Two calls with one key share one hold: while one that
/// was cancelled still gives it back, a repeat would get a hold that is about to go.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class KeyTurns
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _turns = new(StringComparer.Ordinal);

    /// <summary>Completes when it is the caller's turn, which lasts until it leaves.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled; there is nothing to leave.</exception>
    public async ValueTask TakeAsync(string key, CancellationToken cancellationToken)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_turns.GetOrAdd(key, mine) is var turn && turn != mine)
        {
            await turn.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a turn once something has ended, however it ends.</summary>
    public async Task LeaveAsync(string key, Task end)
    {
        await end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _turns.TryRemove(key, out var turn);
        turn!.SetResult();
    }
}
