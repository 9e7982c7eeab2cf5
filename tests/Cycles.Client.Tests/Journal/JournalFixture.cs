namespace Cycles.Client.Tests;

/// <summary>A client with a journal that outlives it. Another client on it is what a restarted process would be.</summary>
public abstract class JournalFixture : ClientFixture
{
    private readonly List<CyclesClient> _clients = [];

    internal InMemorySettlementJournal Kept { get; } = new();

    private protected WatchedJournal Journal { get; private set; } = null!;

    [SetUp]
    public void MakeJournal()
    {
        Journal = new WatchedJournal(Kept);
        _clients.Clear();
    }

    [TearDown]
    public void EndAll() => _clients.ForEach(client => client.Dispose());

    private protected CyclesClient Start(Action<CyclesClientOptions>? configure = null)
    {
        var client = NewClient(options =>
        {
            options.Journal = _ => Journal;
            configure?.Invoke(options);
        });
        _clients.Add(client);
        return client;
    }

    /// <summary>The process ends without another word; what it had in memory is gone.</summary>
    private protected static void Kill(CyclesClient client) => client.Dispose();

    private protected static async Task<Settlement> CommitAsync(CyclesClient client, long amount)
    {
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        return await guard.CommitAsync(Tokens(amount));
    }

    /// <summary>Replays run on threads of their own, whatever the clock says.</summary>
    private protected static async Task EventuallyAsync(Func<bool> condition, string what)
    {
        for (var i = 0; i < 6_000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.That(condition, what);
    }
}
