using System.Globalization;
using System.Text.Json;

namespace Cycles.Benchmarks;

/// <summary>
/// What the client costs beside a bare <see cref="HttpClient"/>, and what the host does beside a Kestrel that answers
/// without looking, in one run of about a minute.
/// </summary>
internal static class HttpReport
{
    private static bool _isMet = true;

    public static async Task<int> RunAsync()
    {
        await using var host = await HostProcess.StartAsync();
        var (sequential, cost) = await ClientCost.MeasureAsync(host.Address);
        var (concurrent, load) = await Throughput.MeasureAsync(host.Address);
        var mismatches = await MismatchesAsync(host.Address, sequential + concurrent);

        Line($"{"lifecycle, one at a time", -32}{"client", 10}{"bare", 10}{"ratio", 10}  limit");
        Line(
            $"{"time, us", -32}{cost.ClientMicroseconds, 10:F0}{cost.BareMicroseconds, 10:F0}{cost.TimeRatio, 10:F2}  {AtMost(cost.TimeRatio, 1.15)}"
        );
        Line(
            $"{"allocated by the client, bytes", -32}{cost.ClientBytes, 10:F0}{cost.BareBytes, 10:F0}{cost.BytesRatio, 10:F2}  {AtMost(cost.BytesRatio, 1.5)}"
        );
        Line($"");
        var (ours, canned) = (load.Authority, load.Canned);
        Line($"{"50 clients at once", -32}{"authority", 10}{"canned", 10}{"ratio", 10}  limit");
        Line(
            $"{"lifecycles a second", -32}{ours.PerSecond, 10:N0}{canned.PerSecond, 10:N0}{load.Ratio, 10:F2}  {AtLeast(ours.PerSecond, 8_000)}, ratio {AtLeast(load.Ratio, 0.7)}"
        );
        Line($"{"p50, ms", -32}{ours.P50, 10:F1}{canned.P50, 10:F1}");
        Line($"{"p99, ms", -32}{ours.P99, 10:F1}{canned.P99, 10:F1}{"", 10}  {AtMost(ours.P99, 30)}");
        Line($"{"ledger mismatches", -32}{mismatches, 10}{"", 20}  {AtMost(mismatches, 0)}");
        return _isMet ? 0 : 1;
    }

    /// <summary>In how many scopes the ledger holds anything but what was committed.</summary>
    private static async Task<int> MismatchesAsync(Uri address, long lifecycles)
    {
        using var http = BareLifecycle.NewClient();
        var query = new Uri(address, "/v1/balances?tenant=acme&include_children=true");
        var answer = JsonSerializer.Deserialize(
            await http.GetByteArrayAsync(query),
            CyclesJsonContext.Default.BalanceResponse
        )!;
        const int Scopes = 3;
        var exact = answer.Balances.Count(balance =>
            balance.Spent?.Value == lifecycles * Ledgers.Actual.Value && balance.Reserved?.Value == 0
        );
        return Math.Max(Scopes, answer.Balances.Count) - exact;
    }

    private static string AtMost(double value, double limit) => Judged(value <= limit, $"<= {limit}");

    private static string AtLeast(double value, double limit) => Judged(value >= limit, $">= {limit}");

    private static string Judged(bool isMet, FormattableString limit)
    {
        _isMet &= isMet;
        return limit.ToString(CultureInfo.InvariantCulture) + (isMet ? "" : " MISSED");
    }

    private static void Line(FormattableString line) =>
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture).TrimEnd());
}
