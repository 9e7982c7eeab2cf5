using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Cycles.RecoveryWorker;

/// <summary>
/// A process that reserves and commits as it is told, line by line: <c>flush</c>, or <c>spend AMOUNT [KILL POINT]</c>, to
/// which it says <c>spends RESERVATION AMOUNT</c>, and on the next line commits that. A pipe keeps what it said when it dies.
/// </summary>
internal static class SpendingWorker
{
    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    public static async Task<int> RunAsync(Uri url, string key, string tenant, string folder, KillPoint? point)
    {
        var doom = new Doom();
        if (point is { } first)
        {
            doom.Await(first, reservationId: null);
        }

        await using var services = Services(url, key, tenant, folder, doom);
        var client = services.GetRequiredService<CyclesClient>();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["flush"]:
                    var flush = await client.FlushAsync(TimeSpan.FromSeconds(60));
                    Say($"replayed {flush.Replayed} rejected {flush.Rejected} pending {flush.Pending}");
                    break;
                case ["spend", var amount, .. var end]:
                    await SpendAsync(
                        client,
                        long.Parse(amount, CultureInfo.InvariantCulture),
                        end is [var name] ? Enum.Parse<KillPoint>(name) : null,
                        doom
                    );
                    break;
                default:
                    throw new ArgumentException($"'{line}' is not understood.");
            }
        }

        return 0;
    }

    private static async Task SpendAsync(CyclesClient client, long amount, KillPoint? end, Doom doom)
    {
        await using var guard = await client.ReserveAsync(Work, Amount.Tokens(amount));
        Say($"spends {guard.ReservationId} {amount}");
        if (end is { } point)
        {
            doom.Await(point, guard.ReservationId);
        }

        await Console.In.ReadLineAsync();
        var settlement = await guard.CommitAsync(Amount.Tokens(amount), new CyclesMetrics { LatencyMs = 3 });
        Say($"{settlement.Outcome}");
    }

    /// <summary>The product as an application has it: the decorators come in by the doors that everybody has.</summary>
    private static ServiceProvider Services(Uri url, string key, string tenant, string folder, Doom doom)
    {
        var services = new ServiceCollection();
        services
            .AddCyclesClient(options =>
            {
                options.BaseUrl = url;
                options.ApiKey = key;
                options.Subject = new() { Tenant = tenant };

                // For slow machines: no attempt may time out by itself, and no heart may beat.
                options.ConnectTimeout = options.ReadTimeout = TimeSpan.FromSeconds(20);
                options.Ttl = TimeSpan.FromMinutes(10);
                options.OnSpendUnrecorded = static spend => Console.Error.WriteLine($"unrecorded: {spend}");
                options.Journal = identity => new DeadlyJournal(new FileSettlementJournal(folder, identity), doom);
            })
            .AddHttpMessageHandler(() => new DeadlyHandler(doom));
        return services.BuildServiceProvider();
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
