using System.Text.Json;

namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    private static readonly string Long = new('x', 257);

    private static readonly (
        string Field,
        Func<ReservationCreateRequest, ReservationCreateRequest> Spoil
    )[] BadReserves =
    [
        ("idempotency_key", request => request with { IdempotencyKey = "" }),
        ("idempotency_key", request => request with { IdempotencyKey = Long }),
        ("idempotency_key", request => request with { IdempotencyKey = null! }),
        ("subject", request => request with { Subject = null! }),
        ("subject", request => request with { Subject = new Subject() }),
        ("subject.workspace", request => request with { Subject = new Subject { Workspace = "" } }),
        ("subject.app", request => request with { Subject = new Subject { App = "a b" } }),
        ("subject.workflow", request => request with { Subject = new Subject { Workflow = "a/b" } }),
        ("subject.agent", request => request with { Subject = new Subject { Agent = "Zoë" } }),
        ("subject.toolset", request => request with { Subject = new Subject { Toolset = Long[..129] } }),
        ("subject.tenant", request => request with { Subject = new Subject { Tenant = "a:b" } }),
        ("action", request => request with { Action = null! }),
        ("action.kind", request => request with { Action = new CyclesAction(" ", "n") }),
        ("action.kind", request => request with { Action = new CyclesAction(Long[..65], "n") }),
        ("action.name", request => request with { Action = new CyclesAction("k", "\t") }),
        ("action.name", request => request with { Action = new CyclesAction("k", Long) }),
        (
            "action.tags",
            request => request with { Action = request.Action with { Tags = [.. Enumerable.Repeat("t", 11)] } }
        ),
        ("estimate.amount", request => request with { Estimate = Amount.Tokens(-1) }),
        ("estimate.amount", request => request with { Estimate = Amount.Tokens(long.MinValue) }),
        ("estimate.unit", request => request with { Estimate = default }),
        ("ttl_ms", request => request with { TtlMs = 999 }),
        ("ttl_ms", request => request with { TtlMs = 86_400_001 }),
        ("ttl_ms", request => request with { TtlMs = long.MaxValue }),
        ("grace_period_ms", request => request with { GracePeriodMs = -1 }),
        ("grace_period_ms", request => request with { GracePeriodMs = 60_001 }),
    ];

    [Test]
    public async Task Input_of_a_reserve_out_of_bounds_is_refused_by_the_name_of_its_field()
    {
        var subject = await SeedAsync(100);
        foreach (var (field, spoil) in BadReserves)
        {
            var live = spoil(ReserveRequest(subject, 1));
            AssertInvalid(await SendAsync(() => Authority.CreateReservationAsync(live)), field);
            AssertInvalid(await SendAsync(() => Authority.CreateReservationAsync(live with { DryRun = true })), field);
        }

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(100, 0, 0)));
        Assert.That(await ListAsync(Mine), Is.Empty);
    }

    [Test]
    public async Task Input_of_a_settlement_out_of_bounds_is_refused_and_the_hold_stays()
    {
        var subject = await SeedAsync(100);
        var id = await HoldAsync(subject, 10);
        var commit = CommitOf(1);
        var release = ReleaseOf();
        var extend = ExtendOf(1);

        (string, Func<ValueTask<CyclesResponse<CommitResponse>>>)[] commits =
        [
            ("idempotency_key", () => Authority.CommitReservationAsync(id, commit with { IdempotencyKey = "" })),
            ("actual.amount", () => Authority.CommitReservationAsync(id, commit with { Actual = Amount.Tokens(-1) })),
            ("actual.unit", () => Authority.CommitReservationAsync(id, commit with { Actual = default })),
            (
                "metrics.tokens_input",
                () => Authority.CommitReservationAsync(id, commit with { Metrics = new() { TokensInput = -1 } })
            ),
        ];
        foreach (var (field, send) in commits)
        {
            AssertInvalid(await SendAsync(send), field);
        }

        AssertInvalid(
            await SendAsync(() => Authority.ReleaseReservationAsync(id, release with { IdempotencyKey = Long })),
            "idempotency_key"
        );
        AssertInvalid(
            await SendAsync(() => Authority.ReleaseReservationAsync(id, release with { Reason = Long })),
            "reason"
        );
        foreach (var by in new[] { 0, -1, 86_400_001, long.MaxValue })
        {
            AssertInvalid(
                await SendAsync(() => Authority.ExtendReservationAsync(id, extend with { ExtendByMs = by })),
                "extend_by_ms"
            );
        }

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(90, 10, 0)));
        Assert.That(Value(await Authority.GetReservationAsync(id)).Status, Is.EqualTo(ReservationStatus.Active));
    }

    [Test]
    public async Task Input_of_an_event_out_of_bounds_is_refused_and_nothing_is_charged()
    {
        var subject = await SeedAsync(100);
        var request = EventOf(subject, 1);

        (string Field, EventCreateRequest Request)[] bad =
        [
            ("idempotency_key", request with { IdempotencyKey = "" }),
            ("subject", request with { Subject = new Subject() }),
            ("action.name", request with { Action = new CyclesAction("k", "") }),
            ("actual.amount", request with { Actual = Amount.Tokens(-1) }),
            ("actual.unit", request with { Actual = default }),
            ("client_time_ms", request with { ClientTimeMs = -1 }),
            ("metrics.latency_ms", request with { Metrics = new CyclesMetrics { LatencyMs = -1 } }),
        ];
        foreach (var (field, spoilt) in bad)
        {
            AssertInvalid(await SendAsync(() => Authority.CreateEventAsync(spoilt)), field);
        }

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(100, 0, 0)));
    }

    [Test]
    public async Task Input_of_a_query_out_of_bounds_is_refused_by_the_name_of_its_field()
    {
        await SeedAsync(100);
        var later = DateTimeOffset.UnixEpoch.AddDays(1);
        (string Field, ReservationListQuery Query)[] lists =
        [
            ("limit", Mine with { Limit = 0 }),
            ("limit", Mine with { Limit = 201 }),
            ("idempotency_key", Mine with { IdempotencyKey = Long }),
            ("from", Mine with { From = later, To = DateTimeOffset.UnixEpoch }),
            ("expires_from", Mine with { ExpiresFrom = later, ExpiresTo = DateTimeOffset.UnixEpoch }),
            ("finalized_from", Mine with { FinalizedFrom = later, FinalizedTo = DateTimeOffset.UnixEpoch }),
            ("subject.agent", Mine with { Subject = new Subject { Agent = "?" } }),
        ];
        foreach (var (field, query) in lists)
        {
            AssertInvalid(await SendAsync(() => Authority.ListReservationsAsync(query)), field);
        }

        (string Field, BalanceQuery Query)[] balances =
        [
            ("subject", new BalanceQuery { Subject = new Subject() }),
            ("subject", new BalanceQuery { Subject = null! }),
            ("limit", new BalanceQuery { Subject = SubjectOf(), Limit = 201 }),
            ("cursor", new BalanceQuery { Subject = SubjectOf(), Cursor = "x" }),
        ];
        foreach (var (field, query) in balances)
        {
            AssertInvalid(await SendAsync(() => Authority.GetBalancesAsync(query)), field);
        }
    }

    [Test]
    public async Task Input_at_its_bounds_is_taken()
    {
        var subject = (await SeedAsync(100)) with { Agent = Long[..128], Toolset = "A-Za.z_0" };

        var held = await HoldAsync(
            new ReservationCreateRequest
            {
                IdempotencyKey = _unique.PadRight(256, 'k'),
                Subject = subject,
                Action = new CyclesAction(Long[..64], Long[..256]) { Tags = [.. Enumerable.Repeat(Long[..64], 10)] },
                Estimate = Amount.Tokens(0),
                TtlMs = 1_000,
                GracePeriodMs = 60_000,
            }
        );

        Value(await Authority.ExtendReservationAsync(held.ReservationId!, ExtendOf(86_400_000)));
        Value(await Authority.ReleaseReservationAsync(held.ReservationId!, ReleaseOf() with { Reason = Long[..256] }));
    }

    [Test]
    public async Task Input_is_looked_at_before_the_tenant_and_the_reservation()
    {
        AssertInvalid(
            await SendAsync(() =>
                Authority.CreateReservationAsync(
                    ReserveRequest(new Subject { Tenant = "someone-else" }, 1) with
                    {
                        TtlMs = 1,
                    }
                )
            ),
            "ttl_ms"
        );
        AssertInvalid(await SendAsync(() => Authority.ExtendReservationAsync("none", ExtendOf(0))), "extend_by_ms");
    }

    [Test]
    public async Task Metadata_is_kept_as_it_was_handed_in()
    {
        var subject = await SeedAsync(100);
        using var document = JsonDocument.Parse("""{"n":9007199254740993}""");
        var metadata = new Dictionary<string, JsonElement> { ["doc"] = document.RootElement };
        var held = await HoldAsync(ReserveRequest(subject, 1) with { Metadata = metadata });

        metadata["doc"] = default;
        document.Dispose();

        var detail = Value(await Authority.GetReservationAsync(held.ReservationId!));
        Assert.That(detail.Metadata!["doc"].GetProperty("n").GetInt64(), Is.EqualTo(9_007_199_254_740_993));
    }

    /// <summary>
    /// What a bad request is answered. A backend that cannot even write it down refuses it before it is sent, and says
    /// no less.
    /// </summary>
    private static async Task<string> SendAsync<T>(Func<ValueTask<CyclesResponse<T>>> send)
        where T : class
    {
        try
        {
            return Refused(await send(), 400, ErrorCode.InvalidRequest).Message;
        }
        catch (ArgumentException refusal)
        {
            return refusal.Message;
        }
    }

    private void AssertInvalid(string message, string field)
    {
        if (_backend.HasOwnErrors)
        {
            Assert.That(message, Does.StartWith(field));
        }
    }
}
