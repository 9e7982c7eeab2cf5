using Cycles.RecoveryWorker;

namespace Cycles.Client.Tests;

/// <summary>
/// Real processes that SIGKILL ends at every step of a settlement, one after the other on one journal, and a ledger that
/// has to have each amount once after each of them.
/// </summary>
public sealed class KillTests
{
    private static IEnumerable<KillPoint> Points => KillRun.Points;

    [TestCaseSource(nameof(Points))]
    public Task Twice_at(KillPoint point) => RunAsync([point, point]);

    [Test]
    public Task Twenty_times_at_random()
    {
        var seed = Random.Shared.Next();
        return RunAsync(KillRun.Random(20, seed), seed);
    }

    private static async Task RunAsync(KillPoint[] points, int? seed = null)
    {
        var chosen = seed ?? Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {chosen}: {string.Join(", ", points)}");
        var report = await KillRun.RunAsync(points, chosen);
        Assert.That(report.Kills.Values.Sum(), Is.EqualTo(points.Length));
    }
}
