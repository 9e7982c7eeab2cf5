using System.Globalization;

namespace Cycles.Benchmarks;

/// <summary>What a reservation weighs while it is live, and what it leaves behind for replay.</summary>
internal static class MemoryReport
{
    private const int Count = 1_000_000;

    public static async Task RunAsync()
    {
        var ids = new string[Count];
        var authority = Ledgers.Open();
        await Ledgers.CommitAsync(authority, await Ledgers.HoldAsync(authority, "warm"), "warm-up");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Count; i++)
        {
            ids[i] = await Ledgers.HoldAsync(authority, Guid.NewGuid().ToString(), 3_600_000);
        }

        var idBytes = Count * (long)(22 + (2 * ids[0].Length) + 7 & ~7);
        var live = GC.GetTotalMemory(forceFullCollection: true) - before - idBytes;
        foreach (var id in ids)
        {
            await Ledgers.CommitAsync(authority, id, Guid.NewGuid().ToString());
        }

        var finished = GC.GetTotalMemory(forceFullCollection: true) - before - idBytes;
        GC.KeepAlive(ids);
        GC.KeepAlive(authority);
        Print("live reservation", live, Count);
        Print("finished reservation with its replay record", finished, Count);
        await RunMixedAsync();
        await RunGuardsAsync();
    }

    /// <summary>What the client holds for an open guard that it keeps alive, besides the ledger's part.</summary>
    private static async Task RunGuardsAsync()
    {
        const int Guards = 100_000;
        var keys = Ledgers.Keys(Guards);
        var ids = new string[Guards];
        var authority = Ledgers.Open();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Guards; i++)
        {
            ids[i] = await Ledgers.HoldAsync(authority, keys[i], 3_600_000);
        }

        var ledgers = GC.GetTotalMemory(forceFullCollection: true) - before;
        await using var client = new CyclesClient(authority, new() { Subject = Ledgers.Bot });
        var guards = new ReservationGuard[Guards];
        before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Guards; i++)
        {
            guards[i] = await client.ReserveAsync(
                Ledgers.Action,
                Ledgers.Estimate,
                new() { IdempotencyKey = keys[i] + "g", Ttl = TimeSpan.FromHours(1) }
            );
        }

        var all = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(ids);
        Print("open guard with its request, its answer and its heartbeat, besides the ledger", all - ledgers, Guards);
        foreach (var guard in guards)
        {
            await guard.DisposeAsync();
        }
    }

    /// <summary>One in 512 stays live while all others end and are forgotten: what lives long must not keep the rest.</summary>
    private static async Task RunMixedAsync()
    {
        var authority = Ledgers.Open(mostFinished: 1_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Count; i++)
        {
            var id = await Ledgers.HoldAsync(authority, Guid.NewGuid().ToString(), 3_600_000);
            if (i % 512 != 0)
            {
                await Ledgers.CommitAsync(authority, id, Guid.NewGuid().ToString());
            }
        }

        var mixed = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(authority);
        Print("live reservation among forgotten ones, 1,000 finished ones included", mixed, Count / 512);
    }

    private static void Print(string what, long bytes, int count) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {(double)bytes / count:F0} bytes ({count:N0} of them, 3 scopes)"
            )
        );
}
