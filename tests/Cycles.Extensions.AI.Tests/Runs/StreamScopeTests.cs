using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>Which run a stream belongs to that is read elsewhere than it was asked for.</summary>
public sealed class StreamScopeTests() : RunFixture(streaming: true)
{
    [Test]
    public async Task A_stream_that_is_read_after_its_run_ended_holds_for_itself()
    {
        using var agent = Agent(new MeteredModel());
        IAsyncEnumerable<ChatResponseUpdate> stream;
        await using (Begin())
        {
            stream = agent.GetStreamingResponseAsync("Go.", Options);
        }

        await using (Begin(name: "later"))
        {
            await foreach (var _ in stream) { }
        }

        Assert.That(Summaries.Select(summary => summary.Calls), Is.EqualTo(new[] { 0, 1 }));
    }
}
