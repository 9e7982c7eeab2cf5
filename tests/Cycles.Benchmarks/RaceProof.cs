using System.Diagnostics;
using System.Globalization;
using System.Threading.RateLimiting;

namespace Cycles.Benchmarks;

/// <summary>
/// Ten million attempts from eight workers on one hierarchy whose budget covers a part of them and a little more. The
/// authority admits exactly as many as the budget holds; what the usual substitutes admit is shown beside it.
/// </summary>
internal static class RaceProof
{
    private const int Workers = 8;
    private const int Attempts = 10_000_000;
    private const long Cost = 423_000;
    private const long Expected = 1_234_567;
    private const long Budget = (Expected * Cost) + (Cost / 2);

    public static async Task<int> RunAsync()
    {
        var authority = Ledgers.Open(Amount.UsdMicrocents(Budget));
        var (admitted, seconds) = await RaceAsync(worker => TakeAsync(authority, worker));
        Report("Cycles", admitted, seconds);

        var balances = await authority.GetBalancesAsync(
            new BalanceQuery { Subject = Ledgers.Bot with { Workspace = null, Agent = null }, IncludeChildren = true }
        );
        var isExact = admitted == Expected && balances.Value!.Balances.Count == 3;
        foreach (var balance in balances.Value!.Balances)
        {
            Console.WriteLine(
                $"  {balance.Scope}: spent {balance.Spent}, reserved {balance.Reserved}, remaining {balance.Remaining}"
            );
            isExact &= balance.Spent!.Value.Value == Expected * Cost && balance.Reserved!.Value.Value == 0;
        }

        var handMade = new HandMadeBudget(Budget);
        (admitted, seconds) = await RaceAsync(_ => Task.FromResult(TakeByHand(handMade)));
        Report("Dictionary with a lock, check then increment", admitted, seconds);

        await using var bucket = new TokenBucketRateLimiter(
            new TokenBucketRateLimiterOptions
            {
                TokenLimit = (int)(Budget / Cost),
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromDays(1),
                AutoReplenishment = false,
            }
        );
        (admitted, seconds) = await RaceAsync(_ => Task.FromResult(TakeFromBucket(bucket)));
        Report("TokenBucketRateLimiter (counts calls: no amounts, scopes, settlement or replay)", admitted, seconds);

        Console.WriteLine(isExact ? "exact" : "NOT EXACT");
        return isExact ? 0 : 1;
    }

    private static async Task<(long Admitted, double Seconds)> RaceAsync(Func<int, Task<long>> work)
    {
        var watch = Stopwatch.StartNew();
        var admitted = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => work(worker))));
        return (admitted.Sum(), watch.Elapsed.TotalSeconds);
    }

    private static async Task<long> TakeAsync(ICyclesAuthority authority, int worker)
    {
        var admitted = 0L;
        for (var i = 0; i < Attempts / Workers; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{worker}-{i}");
            var held = await authority.CreateReservationAsync(
                new ReservationCreateRequest
                {
                    IdempotencyKey = key,
                    Subject = Ledgers.Bot,
                    Action = Ledgers.Action,
                    Estimate = Amount.UsdMicrocents(Cost),
                }
            );
            if (held.Value?.ReservationId is { } id)
            {
                admitted++;
                await authority.CommitReservationAsync(
                    id,
                    new CommitRequest { IdempotencyKey = key, Actual = Amount.UsdMicrocents(Cost) }
                );
            }
        }

        return admitted;
    }

    private static long TakeByHand(HandMadeBudget budget)
    {
        var admitted = 0L;
        for (var i = 0; i < Attempts / Workers; i++)
        {
            if (budget.MayRun("tenant:acme", Cost))
            {
                // Where the action runs.
                Thread.Yield();
                admitted++;
                budget.Record("tenant:acme", Cost);
            }
        }

        return admitted;
    }

    private static long TakeFromBucket(TokenBucketRateLimiter bucket)
    {
        var admitted = 0L;
        for (var i = 0; i < Attempts / Workers; i++)
        {
            using var lease = bucket.AttemptAcquire(1);
            admitted += lease.IsAcquired ? 1 : 0;
        }

        return admitted;
    }

    private static void Report(string name, long admitted, double seconds) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {Attempts:N0} attempts by {Workers} workers, admitted {admitted:N0}, refused {Attempts - admitted:N0}, "
                    + $"expected {Expected:N0}, off by {admitted - Expected:N0} ({Attempts / seconds / 1e6:F1} million a second)"
            )
        );
}
