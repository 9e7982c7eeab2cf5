namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    [Test]
    public async Task Extend_moves_the_end_from_the_old_end_and_leaves_the_ledger()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(ReserveRequest(subject, 40) with { TtlMs = 10_000 });
        _backend.Advance(TimeSpan.FromMilliseconds(4_000));

        var extended = Value(await Authority.ExtendReservationAsync(held.ReservationId!, ExtendOf(7_000)));

        var detail = Value(await Authority.GetReservationAsync(held.ReservationId!));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(extended.Status, Is.EqualTo(ReservationStatus.Active));
            Assert.That(extended.ExpiresAtMs, Is.EqualTo(held.ExpiresAtMs + 7_000));
            Assert.That(extended.RemainingTtlMs, Is.EqualTo(13_000));
            Assert.That(detail.ExpiresAtMs, Is.EqualTo(extended.ExpiresAtMs));
            Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(60, 40, 0)));
        }
    }

    [Test]
    public async Task Extend_keeps_the_hold_past_its_first_end_and_grace()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(ReserveRequest(subject, 40) with { TtlMs = 1_000, GracePeriodMs = 500 });
        Value(await Authority.ExtendReservationAsync(held.ReservationId!, ExtendOf(1_000)));

        _backend.Advance(TimeSpan.FromMilliseconds(2_500));
        Value(await Authority.CommitReservationAsync(held.ReservationId!, CommitOf(40)));

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(60, 0, 40)));
    }

    [Test]
    public async Task Extend_counts_at_the_last_millisecond_and_not_in_grace()
    {
        var subject = await SeedAsync(100);
        var request = ReserveRequest(subject, 10) with { TtlMs = 1_000, GracePeriodMs = 60_000 };
        var inTime = await HoldAsync(request);
        var late = await HoldAsync(request with { IdempotencyKey = Key() });

        _backend.Advance(TimeSpan.FromMilliseconds(1_000));
        Value(await Authority.ExtendReservationAsync(inTime.ReservationId!, ExtendOf(1)));
        _backend.Advance(TimeSpan.FromMilliseconds(1));
        Refused(
            await Authority.ExtendReservationAsync(late.ReservationId!, ExtendOf(1)),
            410,
            ErrorCode.ReservationExpired
        );

        Value(await Authority.CommitReservationAsync(late.ReservationId!, CommitOf(10)));
    }

    [Test]
    public async Task Extend_refused_in_grace_does_not_tell_that_the_hold_is_gone()
    {
        RequireOwnErrors();
        var subject = await SeedAsync(100);
        var held = await HoldAsync(ReserveRequest(subject, 10) with { TtlMs = 1_000, GracePeriodMs = 60_000 });
        _backend.Advance(TimeSpan.FromMilliseconds(1_001));

        var error = Refused(
            await Authority.ExtendReservationAsync(held.ReservationId!, ExtendOf(1)),
            410,
            ErrorCode.ReservationExpired
        );

        Assert.That(error.Message, Does.Contain("commit or release it").And.Not.Contain("gone"));
    }

    [Test]
    public async Task Extend_is_allowed_ten_times()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(subject, 10);
        for (var i = 0; i < 10; i++)
        {
            Value(await Authority.ExtendReservationAsync(held, ExtendOf(1_000)));
        }

        Refused(await Authority.ExtendReservationAsync(held, ExtendOf(1_000)), 409, ErrorCode.MaxExtensionsExceeded);
    }

    [TestCase(0)]
    [TestCase(2)]
    public async Task Extend_is_allowed_as_often_as_the_tenant_says_and_a_replay_does_not_count(int most)
    {
        await _backend.CreateTenantAsync(maxExtensions: most);
        var subject = await SeedAsync(100);
        var held = await HoldAsync(subject, 10);
        for (var i = 0; i < most; i++)
        {
            var request = ExtendOf(1_000);
            Value(await Authority.ExtendReservationAsync(held, request));
            Value(await Authority.ExtendReservationAsync(held, request));
        }

        var before = Value(await Authority.GetReservationAsync(held)).ExpiresAtMs;
        Refused(await Authority.ExtendReservationAsync(held, ExtendOf(1_000)), 409, ErrorCode.MaxExtensionsExceeded);

        Assert.That(Value(await Authority.GetReservationAsync(held)).ExpiresAtMs, Is.EqualTo(before));
    }

    [Test]
    public async Task Extend_past_its_time_is_gone_before_its_number_is_counted()
    {
        await _backend.CreateTenantAsync(maxExtensions: 0);
        var subject = await SeedAsync(100);
        var held = await HoldAsync(ReserveRequest(subject, 10) with { TtlMs = 1_000 });
        _backend.Advance(TimeSpan.FromMilliseconds(1_001));

        Refused(
            await Authority.ExtendReservationAsync(held.ReservationId!, ExtendOf(1)),
            410,
            ErrorCode.ReservationExpired
        );
    }

    [Test]
    public async Task Extend_of_a_finished_reservation_is_refused()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(subject, 10);
        Value(await Authority.CommitReservationAsync(held, CommitOf(10)));

        Refused(await Authority.ExtendReservationAsync(held, ExtendOf(1_000)), 409, ErrorCode.ReservationFinalized);
    }

    [Test]
    public async Task Extend_replays_its_own_end_while_a_later_extension_moved_on()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(ReserveRequest(subject, 10) with { TtlMs = 10_000 });
        var first = ExtendOf(1_000);
        Value(await Authority.ExtendReservationAsync(held.ReservationId!, first));
        Value(await Authority.ExtendReservationAsync(held.ReservationId!, ExtendOf(5_000)));
        _backend.Advance(TimeSpan.FromMilliseconds(3_000));

        var replay = Value(await Authority.ExtendReservationAsync(held.ReservationId!, first));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(replay.ExpiresAtMs, Is.EqualTo(held.ExpiresAtMs + 1_000));
            Assert.That(replay.RemainingTtlMs, Is.EqualTo(8_000));
            Assert.That(
                Value(await Authority.GetReservationAsync(held.ReservationId!)).ExpiresAtMs,
                Is.EqualTo(held.ExpiresAtMs + 6_000)
            );
        }
    }

    [Test]
    public async Task Extend_replays_with_no_time_left_once_the_reservation_ended()
    {
        var subject = await SeedAsync(100);
        var committed = await HoldAsync(subject, 10);
        var expired = await HoldAsync(ReserveRequest(subject, 10) with { TtlMs = 1_000 });
        var first = ExtendOf(60_000);
        var second = ExtendOf(1);
        Value(await Authority.ExtendReservationAsync(committed, first));
        Value(await Authority.ExtendReservationAsync(expired.ReservationId!, second));
        Value(await Authority.CommitReservationAsync(committed, CommitOf(10)));
        _backend.Advance(TimeSpan.FromSeconds(10));

        var replays = new[]
        {
            Value(await Authority.ExtendReservationAsync(committed, first)),
            Value(await Authority.ExtendReservationAsync(expired.ReservationId!, second)),
        };

        Assert.That(replays.Select(replay => replay.RemainingTtlMs), Is.All.Zero);
        Assert.That(replays.Select(replay => replay.Status), Is.All.EqualTo(ReservationStatus.Active));
    }
}
