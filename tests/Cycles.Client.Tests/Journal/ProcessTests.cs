using Cycles.RecoveryWorker;

namespace Cycles.Client.Tests;

/// <summary>Real processes that replay one folder at once, against a real ledger.</summary>
public sealed class ProcessTests
{
    private const int Amounts = 24;
    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    [Test]
    public async Task Several_processes_on_one_folder_charge_each_amount_once(
        [Values(2, 8)] int processes,
        [Values] bool expired
    )
    {
        var folder = Directory.CreateTempSubdirectory("cycles journal ü ").FullName;
        await using var host = await LedgerHost.StartAsync();
        await LeaveBehindAsync(host.Url, folder);
        var files = Directory.GetFiles(Directory.GetDirectories(folder).Single());
        Assert.That(files, Has.Length.EqualTo(Amounts));
        if (expired)
        {
            host.HoldsExpire();
        }

        var workers = Enumerable
            .Range(0, processes)
            .Select(_ => new WorkerProcess("replay", host.Url.OriginalString, Seam.Key, "acme", folder))
            .ToArray();
        foreach (var worker in workers)
        {
            Assert.That(await worker.ReadLineAsync(), Is.EqualTo("ready"));
        }

        foreach (var worker in workers)
        {
            await worker.TellAsync();
        }

        foreach (var worker in workers)
        {
            Assert.That(await worker.EndAsync(), Is.EqualTo((0, "")));
            worker.Dispose();
        }

        var balance = await host.BalanceAsync();
        Assert.Multiple(() =>
        {
            Assert.That(balance.Spent, Is.EqualTo(Amount.Tokens(Enumerable.Range(1, Amounts).Sum())), "spent");
            Assert.That(balance.Reserved, Is.EqualTo(Amount.Tokens(0)), "reserved");
            Assert.That(Directory.GetFiles(Path.GetDirectoryName(files[0])!, "*.json"), Is.Empty);
        });
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Commits of a client that has ended are kept and not sent.</summary>
    private static async Task LeaveBehindAsync(Uri url, string folder)
    {
        var client = new CyclesClient(
            url,
            Seam.Key,
            new()
            {
                Subject = new() { Tenant = "acme" },
                JournalDirectory = folder,
            }
        );
        List<ReservationGuard> guards = [];
        for (var i = 0; i < Amounts; i++)
        {
            guards.Add(await client.ReserveAsync(Work, Amount.Tokens(Amounts)));
        }

        await client.DisposeAsync();
        foreach (var (i, guard) in guards.Index())
        {
            await guard.CommitAsync(Amount.Tokens(i + 1));
        }
    }
}
