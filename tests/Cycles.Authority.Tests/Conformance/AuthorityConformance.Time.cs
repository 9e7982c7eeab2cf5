namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    [Test]
    public async Task Time_a_hold_lives_for_the_ttl_it_asked_for()
    {
        var subject = await SeedAsync(10);

        var held = await HoldAsync(ReserveRequest(subject, 1) with { TtlMs = 30_000 });

        var detail = Value(await Authority.GetReservationAsync(held.ReservationId!));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(held.ExpiresAtMs, Is.EqualTo(detail.CreatedAtMs + 30_000));
            Assert.That(held.RemainingTtlMs, Is.InRange(0, 30_000));
        }
    }

    [Test]
    public async Task Time_a_hold_lives_for_a_minute_when_nothing_says_otherwise()
    {
        var subject = await SeedAsync(10);

        var held = await HoldAsync(ReserveRequest(subject, 1));

        var detail = Value(await Authority.GetReservationAsync(held.ReservationId!));
        Assert.That(held.ExpiresAtMs, Is.EqualTo(detail.CreatedAtMs + 60_000));
    }

    [Test]
    public async Task Time_a_hold_lives_for_an_hour_at_most_by_default()
    {
        var subject = await SeedAsync(10);

        var held = await HoldAsync(ReserveRequest(subject, 1) with { TtlMs = 86_400_000 });

        var detail = Value(await Authority.GetReservationAsync(held.ReservationId!));
        Assert.That(held.ExpiresAtMs, Is.EqualTo(detail.CreatedAtMs + 3_600_000));
    }

    [TestCase(null, 20_000)]
    [TestCase(25_000L, 25_000)]
    [TestCase(60_000L, 40_000)]
    public async Task Time_a_tenant_sets_the_default_and_the_longest_life(long? asked, long effective)
    {
        await _backend.CreateTenantAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40));
        var subject = await SeedAsync(10);

        var held = await HoldAsync(ReserveRequest(subject, 1) with { TtlMs = asked });

        var detail = Value(await Authority.GetReservationAsync(held.ReservationId!));
        Assert.That(held.ExpiresAtMs, Is.EqualTo(detail.CreatedAtMs + effective));
    }

    [Test]
    public async Task Time_a_tenants_default_is_bounded_by_its_longest_life()
    {
        await _backend.CreateTenantAsync(defaultTtl: TimeSpan.FromSeconds(50), maxTtl: TimeSpan.FromSeconds(5));
        var subject = await SeedAsync(10);

        var held = await HoldAsync(ReserveRequest(subject, 1));

        var detail = Value(await Authority.GetReservationAsync(held.ReservationId!));
        Assert.That(held.ExpiresAtMs, Is.EqualTo(detail.CreatedAtMs + 5_000));
    }

    [Test]
    public async Task Time_a_commit_counts_at_the_last_millisecond_of_grace()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(ReserveRequest(subject, 40) with { TtlMs = 1_000, GracePeriodMs = 500 });

        _backend.Advance(TimeSpan.FromMilliseconds(1_500));
        Value(await Authority.CommitReservationAsync(held.ReservationId!, CommitOf(30)));

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(70, 0, 30)));
    }

    [Test]
    public async Task Time_a_commit_is_gone_one_millisecond_after_grace_and_the_hold_is_back()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(ReserveRequest(subject, 40) with { TtlMs = 1_000, GracePeriodMs = 500 });

        _backend.Advance(TimeSpan.FromMilliseconds(1_501));
        Refused(
            await Authority.CommitReservationAsync(held.ReservationId!, CommitOf(30)),
            410,
            ErrorCode.ReservationExpired
        );

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(100, 0, 0)));
    }

    [TestCase(0, 0, true)]
    [TestCase(0, 1, false)]
    [TestCase(500, 500, true)]
    [TestCase(500, 501, false)]
    public async Task Time_a_release_counts_through_grace(long graceMs, long lateMs, bool counts)
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(ReserveRequest(subject, 40) with { TtlMs = 1_000, GracePeriodMs = graceMs });

        _backend.Advance(TimeSpan.FromMilliseconds(1_000 + lateMs));
        var released = await Authority.ReleaseReservationAsync(held.ReservationId!, ReleaseOf());

        Assert.That(
            (released.Status, released.Error?.Code),
            Is.EqualTo(counts ? (200, (ErrorCode?)null) : (410, ErrorCode.ReservationExpired))
        );
        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(100, 0, 0)));
    }

    [Test]
    public async Task Time_grace_is_five_seconds_when_nothing_says_otherwise()
    {
        var subject = await SeedAsync(100);
        var first = await HoldAsync(ReserveRequest(subject, 1) with { TtlMs = 1_000 });
        var second = await HoldAsync(ReserveRequest(subject, 1) with { TtlMs = 1_000 });

        _backend.Advance(TimeSpan.FromMilliseconds(6_000));
        Value(await Authority.CommitReservationAsync(first.ReservationId!, CommitOf(1)));
        _backend.Advance(TimeSpan.FromMilliseconds(1));

        Refused(
            await Authority.CommitReservationAsync(second.ReservationId!, CommitOf(1)),
            410,
            ErrorCode.ReservationExpired
        );
    }

    [Test]
    public async Task Time_a_due_hold_never_denies_a_new_one_on_its_scopes()
    {
        var subject = await SeedAsync(100, 100);
        for (var i = 0; i < 100; i++)
        {
            await HoldAsync(ReserveRequest(subject, 1) with { TtlMs = 1_000, GracePeriodMs = 0 });
        }

        _backend.Advance(TimeSpan.FromMilliseconds(1_000));
        Refused(await Authority.CreateReservationAsync(ReserveRequest(subject, 1)), 409, ErrorCode.BudgetExceeded);
        _backend.Advance(TimeSpan.FromMilliseconds(1));
        await HoldAsync(subject, 100);

        Assert.That(await LedgersAsync(2), Is.All.EqualTo(new LedgerRow(0, 100, 0)));
    }

    [Test]
    public async Task Time_an_expired_reservation_is_gone_to_get_and_stays_in_lists()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(ReserveRequest(subject, 40) with { TtlMs = 1_000, GracePeriodMs = 0 });
        _backend.Advance(TimeSpan.FromSeconds(2));

        Refused(await Authority.GetReservationAsync(held.ReservationId!), 410, ErrorCode.ReservationExpired);
        var listed = Value(
            await Authority.ListReservationsAsync(
                new ReservationListQuery { Subject = subject, Status = ReservationStatus.Expired }
            )
        );

        var row = listed.Reservations.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(row.ReservationId, Is.EqualTo(held.ReservationId));
            Assert.That(row.FinalizedAtMs, Is.Null);
            Assert.That(row.Committed, Is.Null);
        }
    }

    [Test]
    public async Task Time_every_mutation_of_an_expired_reservation_is_gone()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(ReserveRequest(subject, 40) with { TtlMs = 1_000, GracePeriodMs = 0 });
        _backend.Advance(TimeSpan.FromSeconds(2));
        var id = held.ReservationId!;

        Refused(await Authority.CommitReservationAsync(id, CommitOf(1)), 410, ErrorCode.ReservationExpired);
        Refused(await Authority.ReleaseReservationAsync(id, ReleaseOf()), 410, ErrorCode.ReservationExpired);
        Refused(await Authority.ExtendReservationAsync(id, ExtendOf(1_000)), 410, ErrorCode.ReservationExpired);
        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(100, 0, 0)));
    }
}
