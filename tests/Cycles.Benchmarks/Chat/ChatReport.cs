using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.AI;

namespace Cycles.Benchmarks;

/// <summary>
/// What a guard adds to a model call, to a streamed update and to the wait for the first one, on the embedded authority
/// and beside the bare client, in turns, in one run of some seconds. The model takes no time.
/// </summary>
internal static class ChatReport
{
    private const int WarmUpRounds = 30;
    private const int Rounds = 60;
    private const int Calls = 2_000;
    private const int Streams = 20;

    private static bool _isMet = true;

    public static async Task<int> RunAsync()
    {
        List<ChatRound> rounds = [];
        for (var round = -WarmUpRounds; round < Rounds; round++)
        {
            await using var cycles = new CyclesClient(Ledgers.Open(), new() { Subject = Ledgers.Bot });
            var costs = await MeasureAsync(cycles, ChatWork.Guard(cycles));
            if (round >= 0)
            {
                rounds.Add(costs);
            }
        }

        Line($"{"beside an instant model", -44}{"bare", 10}{"guarded", 10}{"added", 10}  limit");
        Print("a call, us", rounds.Select(round => (round.Bare.Time, round.Guarded.Time)), 1, 6);
        Print("  allocated, bytes", rounds.Select(round => (round.Bare.Bytes, round.Guarded.Bytes)), 0, 4_096);
        Print("an update of a stream, ns", rounds.Select(round => (round.BareUpdate, round.GuardedUpdate)), 0, 200);
        Print("the wait for the first update, us", rounds.Select(round => (round.BareFirst, round.GuardedFirst)), 2);
        var reserve = Median.Of(rounds.Select(round => round.Reserve));
        var more = Median.Of(rounds.Select(round => round.GuardedFirst - round.BareFirst - round.Reserve));
        Line($"{"  of that one reserve alone", -44}{"", 20}{reserve, 10:F2}");
        Line($"{"  of that counting, pricing and the stream", -44}{"", 20}{more, 10:F2}  {AtMost(more, 2)}");
        return _isMet ? 0 : 1;
    }

    private static async Task<ChatRound> MeasureAsync(CyclesClient cycles, IChatClient guarded)
    {
        var bare = ChatWork.Model;
        var streams = new IAsyncEnumerator<ChatResponseUpdate>[Calls];
        var guards = new ReservationGuard[Calls];
        var bareCall = await CostAsync(() => ChatWork.CallAsync(bare, Calls), Calls);
        var guardedCall = await CostAsync(() => ChatWork.CallAsync(guarded, Calls), Calls);
        var bareUpdate = await CostAsync(() => ChatWork.StreamAsync(bare, Streams), Streams * ChatWork.Updates);
        var guardedUpdate = await CostAsync(() => ChatWork.StreamAsync(guarded, Streams), Streams * ChatWork.Updates);
        var bareFirst = await CostAsync(() => ChatWork.BeginAsync(bare, streams), Calls);
        var reserve = await CostAsync(() => ReserveAsync(cycles, guards), Calls);
        foreach (var guard in guards)
        {
            await guard.DisposeAsync();
        }

        var guardedFirst = await CostAsync(() => ChatWork.BeginAsync(guarded, streams), Calls);
        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }

        return new ChatRound(
            bareCall,
            guardedCall,
            bareUpdate.Time * 1_000,
            guardedUpdate.Time * 1_000,
            bareFirst.Time,
            guardedFirst.Time,
            reserve.Time
        );
    }

    /// <summary>As many as the streams are, each of them open as long as theirs.</summary>
    private static async Task ReserveAsync(CyclesClient cycles, ReservationGuard[] guards)
    {
        for (var i = 0; i < guards.Length; i++)
        {
            guards[i] = await cycles.ReserveAsync(Ledgers.Action, Ledgers.Estimate);
        }
    }

    /// <returns>Microseconds and bytes for each of so many.</returns>
    private static async Task<(double Time, double Bytes)> CostAsync(Func<Task> work, int count)
    {
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        await work();
        var time = Stopwatch.GetElapsedTime(start);
        return (time.TotalMicroseconds / count, (double)(GC.GetTotalAllocatedBytes(precise: true) - bytes) / count);
    }

    private static void Print(
        string what,
        IEnumerable<(double Bare, double Guarded)> rounds,
        int digits,
        double? limit = null
    )
    {
        var all = rounds.ToList();
        var added = Median.Of(all.Select(round => round.Guarded - round.Bare));
        string Number(double value) => value.ToString("F" + digits, CultureInfo.InvariantCulture);
        Line(
            $"{what, -44}{Number(Median.Of(all.Select(round => round.Bare))), 10}{Number(Median.Of(all.Select(round => round.Guarded))), 10}{Number(added), 10}  {(limit is { } most ? AtMost(added, most) : "")}"
        );
    }

    private static string AtMost(double value, double limit)
    {
        _isMet &= value <= limit;
        return string.Create(CultureInfo.InvariantCulture, $"<= {limit}{(value <= limit ? "" : " MISSED")}");
    }

    private static void Line(FormattableString line) =>
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture).TrimEnd());
}

/// <summary>Times in microseconds, those of an update in nanoseconds.</summary>
internal readonly record struct ChatRound(
    (double Time, double Bytes) Bare,
    (double Time, double Bytes) Guarded,
    double BareUpdate,
    double GuardedUpdate,
    double BareFirst,
    double GuardedFirst,
    double Reserve
);
