using System.Diagnostics;
using System.Globalization;
using Cycles.RecoveryWorker;

// A process of its own for tests of what outlives one, or with --kills the program that starts and kills such processes.
switch (args)
{
    case ["spend", var url, var key, var tenant, var folder, .. var point]:
        return await SpendingWorker.RunAsync(
            new Uri(url),
            key,
            tenant,
            folder,
            point is [var name] ? Enum.Parse<KillPoint>(name) : null
        );
    case ["replay", var url, var key, var tenant, var folder]:
        return await ReplayingWorker.RunAsync(new Uri(url), key, tenant, folder);
    case ["--kills", var kills]:
        return await KillAsync(int.Parse(kills, CultureInfo.InvariantCulture), Random.Shared.Next());
    case ["--kills", var kills, "--seed", var seed]:
        return await KillAsync(
            int.Parse(kills, CultureInfo.InvariantCulture),
            int.Parse(seed, CultureInfo.InvariantCulture)
        );
    default:
        await Console.Error.WriteLineAsync(
            """
            --kills COUNT [--seed NUMBER]
            spend URL API-KEY TENANT JOURNAL-FOLDER [KILL-POINT]
            replay URL API-KEY TENANT JOURNAL-FOLDER
            """
        );
        return 2;
}

static async Task<int> KillAsync(int kills, int seed)
{
    Console.WriteLine($"seed {seed}");
    var start = Stopwatch.GetTimestamp();
    KillReport report;
    try
    {
        report = await KillRun.RunAsync(KillRun.Random(kills, seed), seed);
    }
    catch (InvalidOperationException e)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return 1;
    }

    Console.WriteLine($"{kills} kills in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
    foreach (var (point, count) in report.Kills)
    {
        Console.WriteLine($"  {point}: {count}");
    }

    Console.WriteLine($"{report.Amounts} amounts, {report.Sum} in all: the ledger has each once");
    Console.WriteLine($"{report.Unwritten} died before anything was on disk: not charged, and their holds came back");
    return 0;
}
