using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Cycles.Client.Tests;

/// <summary>What operators see. Other tests' clients are told apart by the kind of action, which is fresh here.</summary>
[NonParallelizable] // Listeners hear the whole process.
public sealed class TelemetryTests : ClientFixture
{
    private readonly CyclesAction _action = new($"test.{Guid.NewGuid():N}", "gpt-4o");
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _measurements =
        new();
#pragma warning disable NUnit1032 // Disposed in the teardown: each test has an instance of its own.
    private readonly ActivityListener _spans;
    private readonly MeterListener _metrics = new();
#pragma warning restore NUnit1032

    public TelemetryTests()
    {
        _spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Cycles.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _activities.Enqueue,
        };
        _metrics.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Cycles.Client")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _metrics.SetMeasurementEventCallback<double>((i, value, tags, _) => Keep(i.Name, value, tags));
        _metrics.SetMeasurementEventCallback<long>((i, value, tags, _) => Keep(i.Name, value, tags));
    }

    [TearDown]
    public void StopListening()
    {
        _spans.Dispose();
        _metrics.Dispose();
    }

    [Test]
    public async Task Durations_are_told_by_the_clients_clock()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            Clock.Advance(TimeSpan.FromMilliseconds(250));
            return Answers.Valid(context);
        });
        await using var client = new CyclesClient(
            server.Url,
            Seam.Key,
            new()
            {
                TimeProvider = Clock,
                Subject = new() { Tenant = "acme" },
                JournalDirectory = TestHome.NewJournal(),
            }
        );
        _metrics.Start();
        await client.DecideAsync(_action, Tokens(10));
        await client.RecordEventAsync(_action, Tokens(10));
        await using (var guard = await client.ReserveAsync(_action, Tokens(10)))
        {
            await guard.ExtendAsync(TimeSpan.FromSeconds(1));
            await guard.CommitAsync(Tokens(7));
        }

#pragma warning disable CYC004 // Released unused on purpose.
        await (await client.ReserveAsync(_action, Tokens(10))).DisposeAsync();
#pragma warning restore CYC004

        var durations = _measurements
            .Where(m =>
                m.Name == "cycles.client.operation.duration" && Equals(m.Tags["cycles.action.kind"], _action.Kind)
            )
            .Select(m => m.Value)
            .ToList();
        Assert.That(durations, Is.EqualTo(Enumerable.Repeat(0.25, 7)));
    }

    [Test]
    public async Task Operations_are_spans_with_decision_kind_unit_and_amounts()
    {
        Spends(7);
        ActivitySource.AddActivityListener(_spans);
        await Client.DecideAsync(_action, Tokens(3));
        await using (var guard = await Client.ReserveAsync(_action, Tokens(10)))
        {
            await guard.ExtendAsync(TimeSpan.FromSeconds(1));
            await guard.CommitAsync(Tokens(7));
        }

        string unused;
#pragma warning disable CYC004 // Its release is what the test is about.
        await using (var guard = await Client.ReserveAsync(_action, Tokens(10)))
#pragma warning restore CYC004
        {
            unused = guard.ReservationId!;
        }

        var spans = Mine();
        Assert.Multiple(() =>
        {
            Assert.That(
                spans.Select(span => span.OperationName),
                Is.EqualTo(
                    new[]
                    {
                        "cycles.decide",
                        "cycles.reserve",
                        "cycles.extend",
                        "cycles.commit",
                        "cycles.reserve",
                        "cycles.release",
                    }
                )
            );
            Assert.That(spans.Select(span => span.Kind), Is.All.EqualTo(ActivityKind.Client));
            Assert.That(spans[1].GetTagItem("cycles.decision"), Is.EqualTo("ALLOW"));
            Assert.That(spans[1].GetTagItem("cycles.unit"), Is.EqualTo("TOKENS"));
            Assert.That(spans[1].GetTagItem("cycles.amount.estimate"), Is.EqualTo(10));
            Assert.That(spans[1].GetTagItem("cycles.reservation.id"), Is.Not.Null);
            Assert.That(spans[3].GetTagItem("cycles.amount.actual"), Is.EqualTo(7));
            Assert.That(spans[3].GetTagItem("cycles.amount.charged"), Is.EqualTo(7));
            Assert.That(spans[3].GetTagItem("cycles.amount.released"), Is.EqualTo(3));
            Assert.That(spans[5].GetTagItem("cycles.reservation.id"), Is.EqualTo(unused));
            Assert.That(Activity.Current, Is.Null, "no span leaks into the caller");
        });
    }

    [Test]
    public async Task A_failure_marks_its_span()
    {
        ActivitySource.AddActivityListener(_spans);
        Authority.Next(Operation.Create, Fault.LostBefore, Fault.Refused(409, "BUDGET_FROZEN"));
        _ = await Client.TryReserveAsync(_action, Tokens(10));

        var spans = Mine();
        Assert.Multiple(() =>
        {
            Assert.That(spans, Has.Count.EqualTo(2), "each attempt is one");
            Assert.That(spans.Select(span => span.Status), Is.All.EqualTo(ActivityStatusCode.Error));
            Assert.That(
                spans.Select(span => span.GetTagItem("cycles.reason")),
                Is.EqualTo(new[] { "NO_ANSWER", "BUDGET_FROZEN" })
            );
            Assert.That(spans[1].GetTagItem("http.response.status_code"), Is.EqualTo(409));
        });
    }

    [Test]
    public async Task Durations_are_measured_without_ids()
    {
        Spends(7);
        _metrics.Start();
        await using (var guard = await Client.ReserveAsync(_action, Tokens(10)))
        {
            await guard.CommitAsync(Tokens(7));
        }

        var measured = Measured("cycles.client.operation.duration");
        Assert.Multiple(() =>
        {
            Assert.That(measured.Select(m => m.Tags["cycles.operation"]), Is.EqualTo(new[] { "reserve", "commit" }));
            Assert.That(measured[0].Tags["cycles.decision"], Is.EqualTo("ALLOW"));
            Assert.That(measured.Select(m => m.Tags["cycles.unit"]), Is.All.EqualTo("TOKENS"));
            Assert.That(
                measured.SelectMany(m => m.Tags.Keys).Distinct(),
                Is.SubsetOf(
                    new[]
                    {
                        "cycles.operation",
                        "cycles.decision",
                        "cycles.reason",
                        "cycles.unit",
                        "cycles.action.kind",
                    }
                )
            );
            Assert.That(measured.Select(m => m.Value), Is.All.GreaterThanOrEqualTo(0));
        });
    }

    [Test]
    public async Task A_denial_is_counted_and_logged_even_when_nothing_is_sampled()
    {
        _metrics.Start();
        _ = await Client.TryReserveAsync(_action, Tokens(Budget + 1));

        var (_, value, tags) = Measured("cycles.client.denials").Single();
        Assert.Multiple(() =>
        {
            Assert.That(value, Is.EqualTo(1));
            Assert.That(tags["cycles.reason"], Is.EqualTo("BUDGET_EXCEEDED"));
            Assert.That(tags["cycles.unit"], Is.EqualTo("TOKENS"));
            Assert.That(
                Logs.GetSnapshot().Single(record => record.Id.Id == 104).Message,
                Is.EqualTo(
                    $"Reserving {Budget + 1} TOKENS for {_action.Kind} was denied: BUDGET_EXCEEDED, scope tenant:acme"
                )
            );
            Assert.That(Logs.GetSnapshot().Single(r => r.Id.Id == 104).Level, Is.EqualTo(LogLevel.Information));
        });
    }

    [Test]
    public async Task Pending_and_unrecorded_spends_are_counted()
    {
        Spends(0);
        _metrics.Start();
        var before = Pending();
        Authority.Always(Operation.Commit, Fault.LostBefore);
        await using var guard = await Client.ReserveAsync(_action, Tokens(10));
        await guard.CommitAsync(Tokens(7));
        Assert.That(Pending(), Is.EqualTo(before + 1));

        Client.Dispose();
        Assert.That(Measured("cycles.client.dead_letters").Single().Tags["cycles.reason"], Is.EqualTo("NO_ANSWER"));
        Assert.That(Pending(), Is.EqualTo(before));
        HoldsExpire();
    }

    [Test]
    public async Task Beats_are_spans_of_nobody_and_a_lost_hold_is_counted()
    {
        ActivitySource.AddActivityListener(_spans);
        _metrics.Start();
        Authority.Always(Operation.Extend, Fault.Refused(409, "MAX_EXTENSIONS_EXCEEDED"));
        await using var guard = await Client.ReserveAsync(_action, Tokens(10));
        Pass(TimeSpan.FromMinutes(1));

        var (_, value, tags) = Measured("cycles.client.leases.lost").Single();
        var beat = Mine().Single(span => span.OperationName == "cycles.extend");
        Assert.Multiple(() =>
        {
            Assert.That(value, Is.EqualTo(1));
            Assert.That(tags.Keys, Is.EquivalentTo(new[] { "cycles.reason", "cycles.action.kind" }));
            Assert.That(tags["cycles.reason"], Is.EqualTo("RAN_OUT"));
            Assert.That(beat.GetTagItem("cycles.reservation.id"), Is.EqualTo(guard.ReservationId));
            Assert.That(beat.GetTagItem("cycles.reason"), Is.EqualTo("MAX_EXTENSIONS_EXCEEDED"));
        });
    }

    private double Pending()
    {
        _measurements.Clear();
        _metrics.RecordObservableInstruments();
        return _measurements.Single(m => m.Name == "cycles.client.settlements.pending").Value;
    }

    private List<Activity> Mine() =>
        [.. _activities.Where(span => Equals(span.GetTagItem("cycles.action.kind"), _action.Kind))];

    private List<(string Name, double Value, Dictionary<string, object?> Tags)> Measured(string name) =>
        [
            .. _measurements.Where(m =>
                m.Name == name && Equals(m.Tags.GetValueOrDefault("cycles.action.kind"), _action.Kind)
            ),
        ];

    private void Keep(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measurements.Enqueue((name, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));
}
