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

    [Test]
    public async Task A_hold_that_a_replayed_amount_waits_for_is_not_given_back()
    {
        Spends(70);
        Ledger.Interfere(request => request.Operation == "commit" ? Interferences.Cut(applied: false) : null);
        var first = Start();
        await using (var guard = await first.ReserveAsync(Work, Amount.Tokens(100), Job))
        {
            await guard.CommitAsync(Amount.Tokens(70));
        }

        first.Dispose();
        var second = Start();
        await EventuallyAsync(() => Ledger.Requests.Count(request => request.Operation == "commit") == 2, "a replay");

        await CancelRepeatAsync(second);
        Ledger.Interfere(_ => null);
        await FlushAsync(second);
    }

    private static async Task ShareAsync(CyclesClient client)
    {
#pragma warning disable CYC001 // It shares the hold of another guard, which disposing it would give back.
        _ = await client.ReserveAsync(Work, Amount.Tokens(100), Job);
#pragma warning restore CYC001
    }

    /// <summary>Repeats the job, gives up while the authority has it, and waits for what becomes of that.</summary>
    private async Task CancelRepeatAsync(CyclesClient client)
    {
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Ledger.Interfere(request =>
            request.Operation switch
            {
                "reserve" => async (_, apply) =>
                {
                    came.SetResult();
                    await gate.Task;
                    await apply();
                },
                "commit" => Interferences.Cut(applied: false),
                _ => null,
            }
        );
        using var cancellation = new CancellationTokenSource();
        var repeat = client.ReserveAsync(Work, Amount.Tokens(100), Job, cancellation.Token).AsTask();
        await came.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await cancellation.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => repeat);
        Ledger.Interfere(request => request.Operation == "commit" ? Interferences.Cut(applied: false) : null);
        gate.SetResult();

        // Its turn comes when the cancelled one has ended, and then it shares the hold, as long as that is there.
        await ShareAsync(client);
    }

    private CyclesClient StartOne(bool failsOpen) =>
        Start(options =>
        {
            options.FailOpen = failsOpen;
            options.OnSpendUnrecorded = _told.Add;
        });
}
