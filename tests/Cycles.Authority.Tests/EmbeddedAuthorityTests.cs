namespace Cycles.Authority.Tests;

public sealed class EmbeddedAuthorityTests
{
    [Test]
    public void A_tenant_is_the_same_in_any_case_of_letters()
    {
        var authority = new EmbeddedAuthority();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(authority.ForTenant("ACME"), Is.SameAs(authority.ForTenant("acme")));
            Assert.That(authority.ForTenant("ACME").Tenant, Is.EqualTo("acme"));
            Assert.That(authority.Administer("Acme"), Is.SameAs(authority.Administer("acme")));
            Assert.That(authority.ForTenant("acme").ForTenant("umbrella"), Is.SameAs(authority.ForTenant("umbrella")));
        }
    }

    [TestCase("")]
    [TestCase("a b")]
    [TestCase("tenant:acme")]
    [TestCase(null)]
    public void What_is_no_tenants_id_is_refused(string? tenant)
    {
        var authority = new EmbeddedAuthority();

        Assert.That(
            () => authority.ForTenant(tenant!),
            Throws.InstanceOf<ArgumentException>().With.Property("ParamName").EqualTo("tenant")
        );
        Assert.That(
            () => authority.ForTenant("acme").ForTenant(tenant!),
            Throws.InstanceOf<ArgumentException>().With.Property("ParamName").EqualTo("tenant")
        );
    }

    [Test]
    public void An_attempt_takes_no_time_worth_a_timeout() =>
        Assert.That(new EmbeddedAuthority().ForTenant("acme").AttemptTimeout, Is.EqualTo(TimeSpan.Zero));

    [Test]
    public async Task Answers_and_refusals_name_the_tenant()
    {
        var world = new RetentionWorld();

        var held = await world.Acme.CreateReservationAsync(RetentionWorld.Reserve());
        var missing = await world.Acme.GetReservationAsync("rsv_none");

        Assert.That((held.Metadata.Tenant, missing.Metadata.Tenant), Is.EqualTo(("acme", "acme")));
    }

    [Test]
    public async Task A_token_cancelled_beforehand_leaves_everything_undone()
    {
        var world = new RetentionWorld();
        var held = await world.HoldAsync();
        var cancelled = new CancellationToken(canceled: true);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                async () => await world.Acme.CreateReservationAsync(RetentionWorld.Reserve(), cancelled),
                Throws.InstanceOf<OperationCanceledException>()
            );
            Assert.That(
                async () => await world.Acme.CommitReservationAsync(held, RetentionWorld.Commit(), cancelled),
                Throws.InstanceOf<OperationCanceledException>()
            );
            Assert.That(
                async () => await world.Acme.CreateEventAsync(RetentionWorld.Event("e"), cancelled),
                Throws.InstanceOf<OperationCanceledException>()
            );
        }

        Assert.That(await world.SpentAsync(), Is.Zero);
        Assert.That((await world.Acme.ListReservationsAsync(new())).Value!.Reservations, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_id_that_is_none_is_refused_by_name()
    {
        var world = new RetentionWorld();
        foreach (var id in new[] { null, "", new string('x', 129) })
        {
            var response = await world.Acme.GetReservationAsync(id!);
            Assert.That(response.Status, Is.EqualTo(400));
            Assert.That(response.Error!.Message, Does.StartWith("reservation_id"));
        }
    }

    [Test]
    public async Task An_id_of_another_authority_is_not_found()
    {
        var world = new RetentionWorld();
        var foreign = await new RetentionWorld().HoldAsync();
        await world.HoldAsync();

        Assert.That((await world.Acme.GetReservationAsync(foreign)).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Balances_list_a_scope_before_those_below_it()
    {
        var authority = new EmbeddedAuthority();
        authority
            .Administer("acme")
            .Budget("tenant:acme/app:a/agent:b", Amount.Tokens(1))
            .Budget("tenant:acme/app:a-2", Amount.Tokens(1))
            .Budget("tenant:acme/app:a", Amount.Credits(1))
            .Budget("tenant:acme/app:a", Amount.Tokens(1))
            .Budget("tenant:acme", Amount.Tokens(1));

        var page = await authority
            .ForTenant("acme")
            .GetBalancesAsync(
                new BalanceQuery
                {
                    Subject = new Subject { Tenant = "acme" },
                    IncludeChildren = true,
                }
            );

        Assert.That(
            page.Value!.Balances.Select(balance => $"{balance.ScopePath} {balance.Remaining.Unit}"),
            Is.EqualTo([
                "tenant:acme Tokens",
                "tenant:acme/app:a Tokens",
                "tenant:acme/app:a Credits",
                "tenant:acme/app:a-2 Tokens",
                "tenant:acme/app:a/agent:b Tokens",
            ])
        );
    }

    [Test]
    public async Task More_subjects_and_actions_than_are_cached_change_nothing()
    {
        var world = new RetentionWorld();
        for (var i = 0; i < 5_000; i++)
        {
            var request = RetentionWorld.Reserve($"key-{i}") with
            {
                Subject = new Subject { Tenant = "acme", Agent = $"a{i}" },
                Action = new CyclesAction("k", $"n{i}"),
            };
            await world.Acme.CreateReservationAsync(request);
        }

        var replay = await world.Acme.CreateReservationAsync(
            RetentionWorld.Reserve("key-0") with
            {
                Subject = new Subject { Tenant = "acme", Agent = "a0" },
                Action = new CyclesAction("k", "n0"),
            }
        );
        var detail = await world.Acme.GetReservationAsync(replay.Value!.ReservationId!);
        Assert.That((detail.Value!.Subject.Agent, detail.Value.Action.Name), Is.EqualTo(("a0", "n0")));
    }
}
