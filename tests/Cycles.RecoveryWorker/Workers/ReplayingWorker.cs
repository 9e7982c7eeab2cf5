namespace Cycles.RecoveryWorker;

/// <summary>
/// A process that settles what others left behind. It says that it is ready, waits for a line, so that several begin at
/// once, and says what it settled.
/// </summary>
internal static class ReplayingWorker
{
    public static async Task<int> RunAsync(Uri url, string key, string tenant, string folder)
    {
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        await using var client = new CyclesClient(
            url,
            key,
            new()
            {
                Subject = new() { Tenant = tenant },
                JournalDirectory = folder,
                OnSpendUnrecorded = static spend => Console.Error.WriteLine($"unrecorded: {spend}"),
            }
        );
        var flush = await client.FlushAsync(TimeSpan.FromSeconds(60));
        Console.WriteLine(
            FormattableString.Invariant(
                $"settled {flush.Settled} replayed {flush.Replayed} rejected {flush.Rejected} pending {flush.Pending}"
            )
        );
        return flush is { Rejected: 0, Pending: 0 } ? 0 : 1;
    }
}
