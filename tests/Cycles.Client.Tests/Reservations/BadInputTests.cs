using System.Text.Json;

namespace Cycles.Client.Tests;

/// <summary>Each mistake is an error that names the field and its bounds, and nothing is sent.</summary>
public sealed class BadInputTests : ClientFixture
{
    private static readonly string Long = new('x', 300);

    private static IEnumerable<TestCaseData> Reserves()
    {
        yield return Case("null action", null, Tokens(1), null, "action", "action is required");
        yield return Case("blank kind", new(" ", "n"), Tokens(1), null, "action", "action.kind must be 1 to 64");
        yield return Case("null name", new("k", null!), Tokens(1), null, "action", "action.name must be 1 to 256");
        yield return Case("long kind", new(Long, "n"), Tokens(1), null, "action", "action.kind must be 1 to 64");
        yield return Case("unset unit", Work, default, null, "estimate", "estimate.unit must be one of");
        yield return Case("negative", Work, Tokens(-1), null, "estimate", "estimate.amount must be from 0 to");
        yield return Case(
            "bad character",
            Work,
            Tokens(1),
            new() { Subject = new() { Agent = "a b" } },
            "options",
            "subject.agent must be 1 to 128 characters"
        );
        yield return Case(
            "empty level",
            Work,
            Tokens(1),
            new() { Subject = new() { App = "" } },
            "options",
            "subject.app must be 1 to 128 characters"
        );
        yield return Case(
            "short TTL",
            Work,
            Tokens(1),
            new() { Ttl = TimeSpan.FromMilliseconds(999) },
            "options",
            "ttl_ms must be from 1000 to 86400000 but was 999"
        );
        yield return Case(
            "long TTL",
            Work,
            Tokens(1),
            new() { Ttl = TimeSpan.MaxValue },
            "options",
            "ttl_ms must be from 1000 to 86400000"
        );
        yield return Case(
            "long grace",
            Work,
            Tokens(1),
            new() { GracePeriod = TimeSpan.FromSeconds(61) },
            "options",
            "grace_period_ms must be from 0 to 60000"
        );
        yield return Case(
            "policy",
            Work,
            Tokens(1),
            new() { OveragePolicy = (CommitOveragePolicy)9 },
            "options",
            "overage_policy must be one of"
        );
        yield return Case(
            "key",
            Work,
            Tokens(1),
            new() { IdempotencyKey = Long },
            "options",
            "idempotency_key must be 1 to 256 characters but has 300"
        );
        yield return Case(
            "metadata",
            Work,
            Tokens(1),
            new() { Metadata = new Dictionary<string, JsonElement> { ["x"] = default } },
            "options",
            "metadata.x must be a JSON value"
        );

        static TestCaseData Case(
            string name,
            CyclesAction? action,
            Amount estimate,
            ReserveOptions? options,
            string parameter,
            string message
        ) => new TestCaseData(action, estimate, options, parameter, message).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Reserves))]
    public async Task A_reserve_names_the_field(
        CyclesAction? action,
        Amount estimate,
        ReserveOptions? options,
        string parameter,
        string message
    )
    {
        foreach (
            var thrown in new[]
            {
                await Assert.ThrowsAsync<ArgumentException>(async () =>
                    await Client.ReserveAsync(action!, estimate, options)
                ),
                await Assert.ThrowsAsync<ArgumentException>(async () =>
                    await Client.TryReserveAsync(action!, estimate, options)
                ),
                await Assert.ThrowsAsync<ArgumentException>(() => Client.EvaluateAsync(action!, estimate, options)),
                await Assert.ThrowsAsync<ArgumentException>(() =>
                    Client.RunAsync<int>(action!, estimate, (_, _) => throw new AssertionException("ran"), options)
                ),
            }
        )
        {
            Assert.That(thrown!.ParamName, Is.EqualTo(parameter));
            Assert.That(thrown.Message, Does.StartWith(message));
        }

        Assert.That(Authority.Count(), Is.Zero);
    }

    [Test]
    public async Task An_event_names_the_field()
    {
        await ExpectAsync("actual", "actual.unit", () => Client.RecordEventAsync(Work, default));
        await ExpectAsync("actual", "actual.amount", () => Client.RecordEventAsync(Work, Tokens(-1)));
        await ExpectAsync("action", "action.name", () => Client.RecordEventAsync(new("k", ""), Tokens(1)));
        await ExpectAsync(
            "options",
            "metrics.latency_ms",
            () => Client.RecordEventAsync(Work, Tokens(1), new() { Metrics = new() { LatencyMs = -1 } })
        );
        await ExpectAsync(
            "options",
            "client_time_ms",
            () => Client.RecordEventAsync(Work, Tokens(1), new() { OccurredAt = DateTimeOffset.MinValue })
        );
        await ExpectAsync(
            "options",
            "idempotency_key",
            () => Client.RecordEventAsync(Work, Tokens(1), new() { IdempotencyKey = "" })
        );
        Assert.That(Authority.Count(), Is.Zero);
        Assert.That(Unrecorded, Is.Empty);
    }

    [Test]
    public async Task A_query_names_the_field()
    {
        await ExpectAsync(
            "query",
            "limit",
            () =>
                Client.GetBalancesAsync(
                    new()
                    {
                        Subject = new() { Tenant = "acme" },
                        Limit = 0,
                    }
                )
        );
        await ExpectAsync("query", "limit", () => Client.ListReservationsAsync(new() { Limit = 201 }));
        await ExpectAsync("reservationId", "", () => Client.GetReservationAsync(" "));
        await ExpectAsync("timeout", "timeout", () => Client.FlushAsync(TimeSpan.FromSeconds(-2)));
        Assert.That(Authority.Count(), Is.Zero);
    }

    [Test]
    public void Options_name_what_is_out_of_range()
    {
        Options(o => o.Ttl = TimeSpan.FromMilliseconds(999), "CyclesClientOptions.Ttl must be from 1 s to 24 h");
        Options(o => o.Ttl = TimeSpan.FromHours(25), "CyclesClientOptions.Ttl must be from 1 s to 24 h");
        Options(
            o => o.GracePeriod = TimeSpan.FromSeconds(61),
            "CyclesClientOptions.GracePeriod must be from 0 to 60 s"
        );
        Options(o => o.DrainTimeout = TimeSpan.FromSeconds(-1), "CyclesClientOptions.DrainTimeout must be 0 or more");
        Options(o => o.OveragePolicy = 0, "CyclesClientOptions.OveragePolicy must be");
        Options(o => o.WhenActualIsMissing = (WhenActualIsMissing)9, "CyclesClientOptions.WhenActualIsMissing must be");
        Options(o => o.LeasePolicy = (LeasePolicy)9, "CyclesClientOptions.LeasePolicy must be Warn, ");
        Options(o => o.MaxExtensions = -1, "CyclesClientOptions.MaxExtensions must be 0 or more");
        Options(o => o.Subject = new() { Agent = "a b" }, "CyclesClientOptions.Subject.Agent must");
        Assert.Throws<ArgumentNullException>(() => _ = new CyclesClient(null!));

        void Options(Action<CyclesClientOptions> configure, string message)
        {
            var thrown = Assert.Throws<ArgumentException>(() => NewClient(configure).Dispose());
            Assert.That(thrown!.ParamName, Is.EqualTo("options"));
            Assert.That(thrown.Message, Does.StartWith(message));
        }
    }

    [Test]
    public async Task An_unknown_reservation_is_a_CyclesException()
    {
        var thrown = await Assert.ThrowsAsync<CyclesException>(() => Client.GetReservationAsync("nowhere"));
        Assert.That(thrown!.Code, Is.EqualTo(ErrorCode.NotFound));
    }

    private static async Task ExpectAsync(string parameter, string message, Func<object> call)
    {
        var thrown = await Assert.CatchAsync<ArgumentException>(async () =>
        {
            if (call() is Task task)
            {
                await task;
            }
        });
        Assert.That(thrown!.ParamName, Is.EqualTo(parameter));
        Assert.That(thrown.Message, Does.Contain(message));
    }
}
