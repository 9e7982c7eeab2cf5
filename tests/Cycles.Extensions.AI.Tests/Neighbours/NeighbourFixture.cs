using Cycles.Extensions.AI.Tests.Chat;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Neighbours;

/// <summary>A provider's own client, guarded, on a loopback endpoint that speaks the provider's API.</summary>
public abstract class NeighbourFixture : ChatFixture
{
    /// <summary>The question is 7 tokens, each of the two parts of the answer 3.</summary>
    protected const long CountedInput = 700;
    protected const long CountedPart = 600;

    protected ProviderHost Provider { get; private set; } = null!;

    [SetUp]
    public async Task StartProvider() => Provider = await ProviderHost.StartAsync();

    [TearDown]
    public async Task StopProvider() => await Provider.DisposeAsync();

    /// <summary>The texts that a consumer read before it stopped or the stream broke.</summary>
    protected static async Task<string> ReadAsync(IChatClient guard, int texts = int.MaxValue)
    {
        var read = "";
        await foreach (var update in guard.GetStreamingResponseAsync(Ask()))
        {
            read += update.Text;
            if (update.Text.Length > 0 && --texts == 0)
            {
                break;
            }
        }

        return read;
    }

    /// <summary>Has the connection cut once that many texts are read.</summary>
    protected async Task ReadAndBreakAsync(IChatClient guard, int texts)
    {
        await foreach (var update in guard.GetStreamingResponseAsync(Ask()))
        {
            if (update.Text.Length > 0 && --texts == 0)
            {
                Provider.Break();
            }
        }
    }

    /// <summary>Stops at the finish reason, where the usage may still be behind.</summary>
    protected static async Task ReadToFinishAsync(IChatClient guard)
    {
        await foreach (var update in guard.GetStreamingResponseAsync(Ask()))
        {
            if (update.FinishReason is not null)
            {
                break;
            }
        }
    }
}
