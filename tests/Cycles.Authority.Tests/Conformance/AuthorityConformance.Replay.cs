namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    [Test]
    public async Task Replay_of_a_reserve_is_verbatim_and_holds_once()
    {
        var subject = await SeedAsync(1_000, 1_000);
        var request = ReserveRequest(subject, 10);
        var first = await HoldAsync(request);
        await HoldAsync(subject, 500);
        await ChargeAsync(subject, 100, CommitOveragePolicy.AllowIfAvailable);

        var replay = await HoldAsync(request);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Frozen(replay, CyclesJsonContext.Default.ReservationCreateResponse),
                Is.EqualTo(Frozen(first, CyclesJsonContext.Default.ReservationCreateResponse))
            );
            Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(390, 510, 100)));
        }
    }

    [Test]
    public async Task Replay_of_a_reserve_tells_the_time_afresh_and_keeps_its_first_end()
    {
        var subject = await SeedAsync(100);
        var request = ReserveRequest(subject, 10) with { TtlMs = 10_000 };
        var first = await HoldAsync(request);
        _backend.Advance(TimeSpan.FromMilliseconds(4_000));
        Value(await Authority.ExtendReservationAsync(first.ReservationId!, ExtendOf(60_000)));

        var replay = await HoldAsync(request);
        _backend.Advance(TimeSpan.FromMilliseconds(9_000));
        var late = await HoldAsync(request);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.RemainingTtlMs, replay.RemainingTtlMs), Is.EqualTo(((long?)10_000, (long?)6_000)));
            Assert.That(late.RemainingTtlMs, Is.Zero);
            Assert.That(replay.ExpiresAtMs, Is.EqualTo(first.ExpiresAtMs));
        }
    }

    [Test]
    public async Task Replay_of_a_reserve_has_no_time_left_once_the_reservation_ended()
    {
        var subject = await SeedAsync(100);
        var committed = ReserveRequest(subject, 10);
        var released = ReserveRequest(subject, 10);
        var expired = ReserveRequest(subject, 10) with { TtlMs = 1_000 };
        Value(await Authority.CommitReservationAsync((await HoldAsync(committed)).ReservationId!, CommitOf(10)));
        Value(await Authority.ReleaseReservationAsync((await HoldAsync(released)).ReservationId!, ReleaseOf()));
        await HoldAsync(expired);
        _backend.Advance(TimeSpan.FromSeconds(10));

        foreach (var request in new[] { committed, released, expired })
        {
            var replay = await HoldAsync(request);
            Assert.That((replay.Decision, replay.RemainingTtlMs), Is.EqualTo((Decision.Allow, (long?)0)));
        }

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(90, 0, 10)));
    }

    [Test]
    public async Task Replay_of_a_reserve_goes_before_everything_that_would_refuse_it_now()
    {
        var subject = await SeedAsync(100);
        var request = ReserveRequest(subject, 100);
        var first = await HoldAsync(request);
        await _backend.FreezeAsync(PathOf(), Unit);

        Assert.That((await HoldAsync(request)).ReservationId, Is.EqualTo(first.ReservationId));
    }

    [Test]
    public async Task Replay_of_a_reserve_with_caps_repeats_them_after_they_were_changed()
    {
        var subject = await SeedAsync(100);
        await _backend.SetCapsAsync(PathOf(), Unit, new Caps { MaxTokens = 5 });
        var request = ReserveRequest(subject, 10);
        await HoldAsync(request);
        await _backend.SetCapsAsync(PathOf(), Unit, new Caps { MaxTokens = 6 });

        Assert.That((await HoldAsync(request)).Caps!.MaxTokens, Is.EqualTo(5));
    }

    [Test]
    public async Task Replay_of_a_commit_is_verbatim_and_charges_once()
    {
        var subject = await SeedAsync(1_000, 1_000);
        var held = await HoldAsync(subject, 100);
        var request = CommitOf(60) with
        {
            Metrics = new CyclesMetrics { TokensInput = 3, ModelVersion = "v1" },
            Metadata = Json("""{"ticket":"T-1"}"""),
        };
        var first = Value(await Authority.CommitReservationAsync(held, request));
        await HoldAsync(subject, 300);
        _backend.Advance(TimeSpan.FromHours(1));

        var replay = Value(await Authority.CommitReservationAsync(held, request));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Frozen(replay, CyclesJsonContext.Default.CommitResponse),
                Is.EqualTo(Frozen(first, CyclesJsonContext.Default.CommitResponse))
            );
            Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(940, 0, 60)));
        }
    }

    [Test]
    public async Task Replay_of_a_release_is_verbatim_and_gives_back_once()
    {
        var subject = await SeedAsync(1_000);
        var held = await HoldAsync(subject, 100);
        var request = ReleaseOf() with { Reason = "no need" };
        var first = Value(await Authority.ReleaseReservationAsync(held, request));
        await HoldAsync(subject, 300);

        var replay = Value(await Authority.ReleaseReservationAsync(held, request));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Frozen(replay, CyclesJsonContext.Default.ReleaseResponse),
                Is.EqualTo(Frozen(first, CyclesJsonContext.Default.ReleaseResponse))
            );
            Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(700, 300, 0)));
        }
    }

    [Test]
    public async Task Replay_of_an_event_is_verbatim_and_charges_once()
    {
        var subject = await SeedAsync(50);
        var request = EventOf(subject, 60);
        var first = await Authority.CreateEventAsync(request);
        await _backend.FundAsync(PathOf(), Amount.Tokens(100));

        var replay = await Authority.CreateEventAsync(request);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(replay.Status, Is.EqualTo(201));
            Assert.That(
                Frozen(Value(replay), CyclesJsonContext.Default.EventCreateResponse),
                Is.EqualTo(Frozen(Value(first), CyclesJsonContext.Default.EventCreateResponse))
            );
            Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(100, 0, 50)));
        }
    }

    [Test]
    public async Task Replay_does_not_mind_defaults_written_out_or_members_in_another_order()
    {
        var subject = await SeedAsync(100);
        var request = ReserveRequest(subject, 10) with { Metadata = Json("""{"a":1,"b":{"c":2,"d":[3]}}""") };
        var first = await HoldAsync(request);

        var replay = await HoldAsync(
            request with
            {
                TtlMs = 60_000,
                GracePeriodMs = 5_000,
                OveragePolicy = CommitOveragePolicy.AllowIfAvailable,
                DryRun = false,
                Metadata = Json("""{"b":{"d":[3],"c":2},"a":1}"""),
            }
        );

        Assert.That(replay.ReservationId, Is.EqualTo(first.ReservationId));
    }

    private static readonly (string Name, Func<ReservationCreateRequest, ReservationCreateRequest> Change)[] Changes =
    [
        ("estimate", request => request with { Estimate = Amount.Tokens(11) }),
        ("unit", request => request with { Estimate = Amount.Credits(10) }),
        ("subject", request => request with { Subject = request.Subject with { Toolset = "mail" } }),
        (
            "dimensions",
            request =>
                request with
                {
                    Subject = request.Subject with { Dimensions = new Dictionary<string, string> { ["team"] = "a" } },
                }
        ),
        ("action", request => request with { Action = new CyclesAction("llm.completion", "gpt-5") }),
        ("tags", request => request with { Action = request.Action with { Tags = ["a"] } }),
        ("ttl_ms", request => request with { TtlMs = 59_999 }),
        ("grace_period_ms", request => request with { GracePeriodMs = 0 }),
        ("overage_policy", request => request with { OveragePolicy = CommitOveragePolicy.Reject }),
        ("metadata", request => request with { Metadata = Json("""{"a":1}""") }),
    ];

    [Test]
    public async Task Replay_of_a_reserve_with_anything_changed_is_a_mismatch()
    {
        var subject = await SeedAsync(100);
        var request = ReserveRequest(subject, 10);
        await HoldAsync(request);

        foreach (var (name, change) in Changes)
        {
            var response = await Authority.CreateReservationAsync(change(request));
            Assert.That(
                (response.Status, response.Error?.Code),
                Is.EqualTo((409, ErrorCode.IdempotencyMismatch)),
                name
            );
        }

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(90, 10, 0)));
    }

    [Test]
    public async Task Replay_of_a_settlement_with_anything_changed_is_a_mismatch()
    {
        var subject = await SeedAsync(100);
        var committed = await HoldAsync(subject, 10);
        var released = await HoldAsync(subject, 10);
        var extended = await HoldAsync(subject, 10);
        var commit = CommitOf(10) with { Metrics = new CyclesMetrics { LatencyMs = 5 } };
        var release = ReleaseOf() with { Reason = "one" };
        var extend = ExtendOf(1_000);
        var charge = EventOf(subject, 1);
        Value(await Authority.CommitReservationAsync(committed, commit));
        Value(await Authority.ReleaseReservationAsync(released, release));
        Value(await Authority.ExtendReservationAsync(extended, extend));
        Value(await Authority.CreateEventAsync(charge));
        var before = await LedgerAsync();

        const ErrorCode Mismatch = ErrorCode.IdempotencyMismatch;
        Refused(
            await Authority.CommitReservationAsync(committed, commit with { Actual = Amount.Tokens(9) }),
            409,
            Mismatch
        );
        Refused(await Authority.CommitReservationAsync(committed, commit with { Metrics = null }), 409, Mismatch);
        Refused(await Authority.ReleaseReservationAsync(released, release with { Reason = "two" }), 409, Mismatch);
        Refused(await Authority.ExtendReservationAsync(extended, extend with { ExtendByMs = 1_001 }), 409, Mismatch);
        Refused(await Authority.CreateEventAsync(charge with { ClientTimeMs = 1 }), 409, Mismatch);

        Assert.That(await LedgerAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task Replay_keys_are_compared_letter_by_letter()
    {
        var subject = await SeedAsync(100);
        const string Uuid = "9f3c1f2e-8a55-4b0f-a3f1-0e6f2a9d7c44";
        var keys = new[] { Uuid + _unique, (Uuid + _unique).ToUpperInvariant(), $"{_unique}é", $"{_unique}e" };

        var ids = new List<string?>();
        foreach (var key in keys)
        {
            ids.Add((await HoldAsync(ReserveRequest(subject, 1) with { IdempotencyKey = key })).ReservationId);
        }

        Assert.That(ids, Is.Unique);
    }

    [Test]
    public async Task Replay_keys_of_settlements_belong_to_one_reservation()
    {
        var subject = await SeedAsync(100);
        var first = await HoldAsync(subject, 10);
        var second = await HoldAsync(subject, 10);
        var key = Key();

        Value(await Authority.ExtendReservationAsync(first, ExtendOf(5) with { IdempotencyKey = key }));
        Value(await Authority.ExtendReservationAsync(second, ExtendOf(6) with { IdempotencyKey = key }));
        Value(await Authority.CommitReservationAsync(first, CommitOf(1) with { IdempotencyKey = key }));
        Value(await Authority.CommitReservationAsync(second, CommitOf(2) with { IdempotencyKey = key }));

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(97, 0, 3)));
    }

    [Test]
    public async Task Replay_keys_of_two_tenants_do_not_meet()
    {
        var subject = await SeedAsync(100);
        var request = ReserveRequest(subject, 1);
        await HoldAsync(request);

        var foreign = await _backend
            .OtherTenant()
            .CreateReservationAsync(request with { Subject = subject with { Tenant = null } });

        Refused(foreign, 404, ErrorCode.NotFound);
    }
}
