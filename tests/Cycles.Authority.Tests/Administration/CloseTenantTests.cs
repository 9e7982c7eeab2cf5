namespace Cycles.Authority.Tests;

public sealed class CloseTenantTests
{
    [TestCase(1)]
    [TestCase(256)]
    [TestCase(1_500)]
    public async Task All_holds_go_back_once_and_all_reservations_end_once(int active)
    {
        var world = new RetentionWorld();
        var committed = await world.FinishAsync();
        var ids = new List<string>();
        for (var i = 0; i < active; i++)
        {
            ids.Add(await world.HoldAsync());
        }

        var administration = world.Authority.Administer("acme");
        administration.CloseTenant();
        administration.CloseTenant();

        var balance = (
            await world.Acme.GetBalancesAsync(new BalanceQuery { Subject = new Subject { Tenant = "acme" } })
        ).Value!.Balances.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(LedgerRow.Of(balance), Is.EqualTo(new LedgerRow(999_999_990, 0, 10)));
            Assert.That(world.Authority.FinishedRecords, Is.EqualTo(active + 1));
            foreach (var id in ids)
            {
                var detail = await world.Acme.GetReservationAsync(id);
                Assert.That(detail.Value!.Status, Is.EqualTo(ReservationStatus.Released));
            }

            Assert.That(
                (await world.Acme.GetReservationAsync(committed)).Value!.Status,
                Is.EqualTo(ReservationStatus.Committed)
            );
        }
    }

    [Test]
    public async Task A_release_after_the_closing_gives_nothing_back_again()
    {
        var world = new RetentionWorld();
        var held = await world.HoldAsync();
        world.Authority.Administer("acme").CloseTenant();

        var release = await world.Acme.ReleaseReservationAsync(held, new ReleaseRequest { IdempotencyKey = "r" });
        world.Clock.Advance(TimeSpan.FromHours(1));
        world.Authority.Sweep();

        Assert.That(release.Error!.Code, Is.EqualTo(ErrorCode.TenantClosed));
        var balance = (
            await world.Acme.GetBalancesAsync(new BalanceQuery { Subject = new Subject { Tenant = "acme" } })
        ).Value!.Balances.Single();
        Assert.That(LedgerRow.Of(balance), Is.EqualTo(new LedgerRow(1_000_000_000, 0, 0)));
    }

    [Test]
    public void A_closed_tenant_cannot_be_changed_or_made_again()
    {
        var administration = new RetentionWorld().Authority.Administer("acme");
        administration.CloseTenant();

        foreach (
            var act in new Action[]
            {
                () => administration.Budget("app:a", Amount.Tokens(1)),
                () => administration.Credit("tenant:acme", Amount.Tokens(1)),
                () => administration.Freeze("tenant:acme", AmountUnit.Tokens),
                () => administration.SetCaps("tenant:acme", AmountUnit.Tokens, null),
                () => administration.SetOverdraftLimit("tenant:acme", Amount.Tokens(1)),
            }
        )
        {
            var refused = Assert.Throws<AdministrationException>(() => act());
            Assert.That(refused!.Error.Code, Is.EqualTo(ErrorCode.TenantClosed));
        }

        Assert.Throws<AdministrationException>(() => administration.CreateTenant());
    }

    [Test]
    public async Task Closing_one_tenant_leaves_the_others_alone()
    {
        var world = new RetentionWorld();
        world.Administer("umbrella");
        var held = await world.HoldAsync(tenant: "umbrella");

        world.Authority.Administer("acme").CloseTenant();

        var umbrella = world.Authority.ForTenant("umbrella");
        Assert.That((await umbrella.CommitReservationAsync(held, RetentionWorld.Commit())).IsSuccess, Is.True);
    }
}
