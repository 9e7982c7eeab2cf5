using System.Collections.Concurrent;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>A context as a user interface has it: everything that is posted to it runs one after the other on it.</summary>
internal sealed class OneThread : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Work, object? State)> _posted = [];

    public override void Post(SendOrPostCallback d, object? state) => _posted.Add((d, state));

    public Task RunAsync(Func<Task> work) =>
        Task
            .Factory.StartNew(
                () =>
                {
                    SetSynchronizationContext(this);
                    var done = work();
                    _ = done.ContinueWith(_ => _posted.CompleteAdding(), TaskScheduler.Default);
                    foreach (var (posted, state) in _posted.GetConsumingEnumerable())
                    {
                        posted(state);
                    }

                    return done;
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            )
            .Unwrap();
}
