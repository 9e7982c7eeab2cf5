namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    [Test]
    public async Task Release_gives_the_whole_hold_back_on_every_scope()
    {
        var subject = await SeedAsync(1_000, 100);
        var held = await HoldAsync(subject, 60);

        var released = Value(await Authority.ReleaseReservationAsync(held, ReleaseOf() with { Reason = "not needed" }));

        LedgerRow[] after = [new(1_000, 0, 0), new(100, 0, 0)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(released.Status, Is.EqualTo(ReservationStatus.Released));
            Assert.That(released.Released, Is.EqualTo(Amount.Tokens(60)));
            Assert.That(RowsOf(released.Balances), Is.EqualTo(after));
            Assert.That(await LedgersAsync(2), Is.EqualTo(after));
        }
    }

    [Test]
    public async Task Release_works_on_a_frozen_and_on_a_closed_budget()
    {
        var subject = await SeedAsync(100, 100);
        var held = await HoldAsync(subject, 60);
        await _backend.FreezeAsync(PathOf(), Unit);
        await _backend.CloseBudgetAsync(PathOf(2), Unit);

        Value(await Authority.ReleaseReservationAsync(held, ReleaseOf()));

        Assert.That(await LedgersAsync(2), Is.All.EqualTo(new LedgerRow(100, 0, 0)));
    }

    [Test]
    public async Task Release_of_a_finished_reservation_is_refused_and_changes_nothing()
    {
        var subject = await SeedAsync(100);
        var committed = await HoldAsync(subject, 10);
        var released = await HoldAsync(subject, 10);
        Value(await Authority.CommitReservationAsync(committed, CommitOf(4)));
        Value(await Authority.ReleaseReservationAsync(released, ReleaseOf()));

        Refused(await Authority.ReleaseReservationAsync(committed, ReleaseOf()), 409, ErrorCode.ReservationFinalized);
        Refused(await Authority.ReleaseReservationAsync(released, ReleaseOf()), 409, ErrorCode.ReservationFinalized);

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(96, 0, 4)));
    }

    [Test]
    public async Task Release_under_the_key_of_the_commit_is_no_replay()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(subject, 10);
        var commit = CommitOf(10);
        Value(await Authority.CommitReservationAsync(held, commit));

        Refused(
            await Authority.ReleaseReservationAsync(held, new() { IdempotencyKey = commit.IdempotencyKey }),
            409,
            ErrorCode.ReservationFinalized
        );
    }
}
