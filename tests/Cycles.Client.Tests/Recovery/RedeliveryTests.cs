using Cycles.RecoveryWorker;

namespace Cycles.Client.Tests;

/// <summary>One job, and so one key and one hold, that a second process takes up when the first one died of it.</summary>
public sealed class RedeliveryTests : ScenarioFixture
{
    private static readonly ReserveOptions Job = new() { IdempotencyKey = "job-17" };

    private readonly List<UnrecordedSpend> _told = [];

    [TestCase(false)]
    [TestCase(true)]
    public async Task Of_two_costs_one_is_charged_and_the_other_reported(bool failsOpen)
    {
        // It is there from the start, so that it does not replay what the other one leaves behind.
        var second = StartOne(failsOpen);
        await FlushAsync(second);
        var isDown = failsOpen;
        Ledger.Interfere(_ => isDown ? Interferences.Cut(applied: false) : null);

        var first = StartOne(failsOpen);
        await using var left = await first.ReserveAsync(Work, Amount.Tokens(100), Job);
        first.Dispose();
        await left.CommitAsync(Amount.Tokens(70)); // Written, and not sent: it ends between the two.
        await using (var guard = await second.ReserveAsync(Work, Amount.Tokens(100), Job))
        {
            await guard.CommitAsync(Amount.Tokens(50));
        }

        Assert.That(
            Record().CommitBody is { } body ? JournalRecords.Text(body) : "",
            Does.Contain("70"),
            "it is still there"
        );
        isDown = false;
        await FlushAsync(second);
        second.Dispose();
        await FlushAsync(StartOne(failsOpen));

        Spends(50);
        Assert.That(_told.Single().Actual, Is.EqualTo(Amount.Tokens(70)));
        Assert.That(_told.Single().Outcome, Is.EqualTo(SettlementOutcome.Rejected));
        Assert.That(Logs.GetSnapshot().Select(log => $"{log.Exception?.Message}"), Has.Some.Contains("another spend"));
    }

    private CyclesClient StartOne(bool failsOpen) =>
        Start(options =>
        {
            options.FailOpen = failsOpen;
            options.OnSpendUnrecorded = _told.Add;
        });
}
