using Microsoft.Extensions.AI;

namespace Cycles.Benchmarks;

/// <summary>What a chat client is measured with: three messages, four tools, and streams of a thousand updates.</summary>
internal static class ChatWork
{
    public const int Updates = 1_000;

    public static readonly InstantModel Model = new(Updates);

    private static readonly List<ChatMessage> Messages =
    [
        new(ChatRole.System, new string('s', 400)),
        new(ChatRole.User, new string('u', 200)),
        new(ChatRole.Assistant, new string('a', 300)),
    ];

    private static readonly ChatOptions Options = new()
    {
        ModelId = Ledgers.Action.Name,
        MaxOutputTokens = 500,
        Tools =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(i =>
                    AIFunctionFactory.Create((string city, int days) => city + days, $"tool_{i}", "Looks up.")
                ),
        ],
    };

    public static IChatClient Guard(CyclesClient cycles) =>
        Model.WithCycles(cycles, options => options.Prices.Add("gpt-4o*", 2.5m, 10, 1.25m));

    public static async Task CallAsync(IChatClient client, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            await client.GetResponseAsync(Messages, Options);
        }
    }

    public static async Task StreamAsync(IChatClient client, int streams)
    {
        for (var i = 0; i < streams; i++)
        {
            await foreach (var update in client.GetStreamingResponseAsync(Messages, Options))
            {
                _ = update;
            }
        }
    }

    /// <summary>Begins streams, and leaves them at their first update for later.</summary>
    public static async Task BeginAsync(IChatClient client, IAsyncEnumerator<ChatResponseUpdate>[] streams)
    {
        for (var i = 0; i < streams.Length; i++)
        {
            streams[i] = client.GetStreamingResponseAsync(Messages, Options).GetAsyncEnumerator();
            await streams[i].MoveNextAsync();
        }
    }
}
