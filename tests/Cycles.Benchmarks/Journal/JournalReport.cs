using System.Diagnostics;
using System.Globalization;

namespace Cycles.Benchmarks;

/// <summary>
/// What the journal adds to a commit, beside what a durable file of the same bytes costs on this disk: write, flush, rename,
/// flush of the folder. Beside it the same over a file that is there, which is cheaper, and what the journal does. In turns,
/// in one run of well under a minute.
/// </summary>
internal static class JournalReport
{
    private const int WarmUpRounds = 20;
    private const int Rounds = 150;
    private const int PerRound = 10;

    private static bool _isMet = true;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("cycles-journal-");
        try
        {
            var identity = JournalIdentity.OfTenant("http://localhost:7878", "acme");
            var files = new FileSettlementJournal(Path.Combine(folder.FullName, "ours"), identity);
            var memory = new MeasuringJournal();
            await using var plain = NewClient(null);
            await using var inMemory = NewClient(memory);
            await using var onDisk = NewClient(files);
            var bare = new BareFile(folder.CreateSubdirectory("bare").FullName, isNew: false);
            var bareNew = new BareFile(folder.CreateSubdirectory("bare-new").FullName, isNew: true);
            List<(double Plain, double Memory, double Disk, double Bare, double New)> rounds = [];
            for (var round = -WarmUpRounds; round < Rounds; round++)
            {
                var (unkept, kept) = (await CommitAsync(plain), await CommitAsync(inMemory));

                // Short turns in changing order: a shared disk is three times as slow from one second to the next.
                var first = round % 2 == 0 ? await CommitAsync(onDisk) : 0;
                var least = bare.Write(memory.LastRecord, PerRound);
                var second = round % 2 == 0 ? first : await CommitAsync(onDisk);
                var costs = (unkept, kept, second, least, bareNew.Write(memory.LastRecord, PerRound));
                if (round >= 0)
                {
                    rounds.Add(costs);
                }
            }

            Print(rounds, memory.LastRecord.Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return _isMet ? 0 : 1;
    }

    private static void Print(
        List<(double Plain, double Memory, double Disk, double Bare, double New)> rounds,
        int bytes
    )
    {
        var added = Median.Of(rounds.Select(round => round.Memory - round.Plain));
        Line($"{"a commit, us", -44}{"median", 10}  limit");
        Line($"{"without a journal", -44}{Median.Of(rounds.Select(round => round.Plain)), 10:F1}");
        Line($"{"with the journal in memory", -44}{Median.Of(rounds.Select(round => round.Memory)), 10:F1}");
        Line($"{"  more than without", -44}{added, 10:F1}  {AtMost(added, 20)}");
        Line($"{"with the journal on disk", -44}{Median.Of(rounds.Select(round => round.Disk)), 10:F1}");
        Line($"{$"{bytes} bare bytes, durable", -44}{Median.Of(rounds.Select(round => round.New)), 10:F1}");
        var ratio = Median.Of(rounds.Select(round => round.Disk / (round.New + round.Plain)));
        Line($"{"  ratio to that and one without a journal", -44}{ratio, 10:F2}  {AtMost(ratio, 1.3)}");
        var over = Median.Of(rounds.Select(round => round.Disk / (round.Bare + round.Plain)));
        Line($"{"the same over an old file", -44}{Median.Of(rounds.Select(round => round.Bare)), 10:F1}");
        Line($"{"  ratio to that and one without a journal", -44}{over, 10:F2}");
    }

    private static CyclesClient NewClient(ISettlementJournal? journal) =>
        new(
            Ledgers.Open(),
            new CyclesClientOptions { Subject = Ledgers.Bot, Journal = journal is null ? null : _ => journal }
        );

    /// <returns>Microseconds for each commit; the reserves before them don't count.</returns>
    private static async Task<double> CommitAsync(CyclesClient client)
    {
        var guards = new ReservationGuard[PerRound];
        for (var i = 0; i < PerRound; i++)
        {
            guards[i] = await client.ReserveAsync(Ledgers.Action, Ledgers.Estimate);
        }

        var start = Stopwatch.GetTimestamp();
        foreach (var guard in guards)
        {
            await guard.CommitAsync(Ledgers.Actual);
        }

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / PerRound;
    }

    private static string AtMost(double value, double limit)
    {
        _isMet &= value <= limit;
        return string.Create(CultureInfo.InvariantCulture, $"<= {limit}{(value <= limit ? "" : " MISSED")}");
    }

    private static void Line(FormattableString line) =>
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture).TrimEnd());
}
