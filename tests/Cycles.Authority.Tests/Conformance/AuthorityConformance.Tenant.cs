namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    [Test]
    public async Task A_closed_tenant_gets_its_holds_back_and_its_reservations_are_released()
    {
        var subject = await SeedAsync(100, 100);
        var held = await HoldAsync(subject, 40);
        await _backend.CloseTenantAsync();

        var detail = Value(await Authority.GetReservationAsync(held));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(detail.Status, Is.EqualTo(ReservationStatus.Released));
            Assert.That(detail.FinalizedAtMs, Is.Not.Null);
            Assert.That(await LedgersAsync(2), Is.All.EqualTo(new LedgerRow(100, 0, 0)));
            Assert.That(await ListAsync(Mine), Is.EqualTo([held]));
        }
    }

    [Test]
    public async Task A_closed_tenant_refuses_every_operation_that_persists_before_the_reservations_own_state()
    {
        var subject = await SeedAsync(100);
        var active = await HoldAsync(subject, 10);
        var committed = await HoldAsync(subject, 10);
        var expired = await HoldAsync(ReserveRequest(subject, 10) with { TtlMs = 1_000, GracePeriodMs = 0 });
        Value(await Authority.CommitReservationAsync(committed, CommitOf(10)));
        _backend.Advance(TimeSpan.FromSeconds(2));
        await _backend.CloseTenantAsync();
        const ErrorCode Closed = ErrorCode.TenantClosed;

        Refused(await Authority.CreateReservationAsync(ReserveRequest(subject, 1)), 409, Closed);
        Refused(await Authority.CreateEventAsync(EventOf(subject, 1)), 409, Closed);
        foreach (var id in new[] { active, committed, expired.ReservationId! })
        {
            Refused(await Authority.CommitReservationAsync(id, CommitOf(1)), 409, Closed);
            Refused(await Authority.ReleaseReservationAsync(id, ReleaseOf()), 409, Closed);
            Refused(await Authority.ExtendReservationAsync(id, ExtendOf(1)), 409, Closed);
        }

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(90, 0, 10)));
    }

    [Test]
    public async Task A_closed_tenant_is_named_before_a_missing_budget()
    {
        await SeedAsync(100);
        await _backend.CloseTenantAsync();

        Refused(
            await Authority.CreateReservationAsync(ReserveRequest(new Subject { Agent = "nobody" }, 1)),
            409,
            ErrorCode.TenantClosed
        );
    }

    [Test]
    public async Task A_closed_tenants_replays_still_answer()
    {
        var subject = await SeedAsync(100);
        var reserve = ReserveRequest(subject, 10);
        var question = DecideRequest(subject, 10);
        var dryRun = ReserveRequest(subject, 10) with { DryRun = true };
        var charge = EventOf(subject, 1);
        var commit = CommitOf(10);
        var release = ReleaseOf();
        var extend = ExtendOf(1_000);
        var committed = (await HoldAsync(reserve)).ReservationId!;
        var released = await HoldAsync(subject, 10);
        Value(await Authority.DecideAsync(question));
        Value(await Authority.CreateReservationAsync(dryRun));
        Value(await Authority.CreateEventAsync(charge));
        Value(await Authority.ExtendReservationAsync(committed, extend));
        Value(await Authority.CommitReservationAsync(committed, commit));
        Value(await Authority.ReleaseReservationAsync(released, release));
        await _backend.CloseTenantAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await HoldAsync(reserve)).ReservationId, Is.EqualTo(committed));
            Assert.That(Value(await Authority.DecideAsync(question)).Decision, Is.EqualTo(Decision.Allow));
            Assert.That((await HoldAsync(dryRun)).Decision, Is.EqualTo(Decision.Allow));
            Assert.That((await Authority.CreateEventAsync(charge)).Status, Is.EqualTo(201));
            Assert.That((await Authority.ExtendReservationAsync(committed, extend)).Status, Is.EqualTo(200));
            Assert.That((await Authority.CommitReservationAsync(committed, commit)).Status, Is.EqualTo(200));
            Assert.That((await Authority.ReleaseReservationAsync(released, release)).Status, Is.EqualTo(200));
        }
    }
}
