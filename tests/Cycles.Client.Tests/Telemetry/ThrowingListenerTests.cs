using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cycles.Client.Tests;

/// <summary>An exporter that breaks costs a span or a measurement, and never an amount.</summary>
[NonParallelizable] // Listeners are the process's.
public sealed class ThrowingListenerTests : ClientFixture
{
    [Test]
    public async Task A_listener_that_throws_changes_no_outcome([Values] bool atTheStart)
    {
        Spends(77);
        using var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Cycles.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = _ => Break(atTheStart),
            ActivityStopped = _ => Break(!atTheStart),
        };
        ActivitySource.AddActivityListener(spans);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Cycles.Client")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<double>((_, _, _, _) => Break(true));
        meters.SetMeasurementEventCallback<long>((_, _, _, _) => Break(true));
        meters.Start();

        await using (var guard = await Client.ReserveAsync(Work, Tokens(100)))
        {
            Assert.That((await guard.CommitAsync(Tokens(70))).Outcome, Is.EqualTo(SettlementOutcome.Committed));
        }

#pragma warning disable CYC004 // Its release is what the test is about.
        await using (await Client.ReserveAsync(Work, Tokens(100))) { }
#pragma warning restore CYC004
        Assert.That((await Client.RecordEventAsync(Work, Tokens(7))).Outcome, Is.EqualTo(SettlementOutcome.Committed));
        Assert.That((await Client.TryReserveAsync(Work, Tokens(Budget + 1))).Denial, Is.Not.Null);
        Assert.Multiple(() =>
        {
            Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
            Assert.That(Authority.Count(Operation.Release), Is.EqualTo(1));
            Assert.That(Unrecorded, Is.Empty);
        });
    }

    private static void Break(bool now)
    {
        if (now)
        {
            throw new InvalidOperationException("exporter broke");
        }
    }
}
