using BenchmarkDotNet.Attributes;

namespace Cycles.Benchmarks;

/// <summary>
/// A page of 50 out of a thousand or a million reservations in the default order. The 100 active ones are the oldest,
/// so a filter by status has all the others to pass.
/// </summary>
public class ListBenchmarks
{
    private const int Pages = 5_000;
    private const int Active = 100;

    private ICyclesAuthority _authority = null!;

    [Params(1_000, 1_000_000)]
    public int Reservations { get; set; }

    [GlobalSetup]
    public async Task Fill()
    {
        _authority = Ledgers.Open();
        var keys = Ledgers.Keys(Reservations);
        for (var i = 0; i < Reservations; i++)
        {
            var id = await Ledgers.HoldAsync(_authority, keys[i], 3_600_000);
            if (i >= Active)
            {
                await Ledgers.CommitAsync(_authority, id, keys[i]);
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Pages)]
    public Task ListAny() => ListAsync(new ReservationListQuery());

    [Benchmark(OperationsPerInvoke = Pages)]
    public Task ListActive() => ListAsync(new ReservationListQuery { Status = ReservationStatus.Active });

    private async Task ListAsync(ReservationListQuery query)
    {
        for (var i = 0; i < Pages; i++)
        {
            var page = await _authority.ListReservationsAsync(query);
            if (page.Value!.Reservations.Count != 50)
            {
                throw new InvalidOperationException("The page is not full.");
            }
        }
    }
}
