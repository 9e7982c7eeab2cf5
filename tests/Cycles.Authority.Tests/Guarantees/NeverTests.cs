namespace Cycles.Authority.Tests;

/// <summary>Failures that other authorities have had, each of which lost or invented money.</summary>
public sealed class NeverTests
{
    private const string Scope = "tenant:acme";

    private static (ICyclesAuthority Acme, TenantAdministration Operator, EmbeddedAuthority Authority) Open(
        Amount allocated
    )
    {
        var authority = new EmbeddedAuthority();
        var administration = authority.Administer("acme").Budget(Scope, allocated);
        return (authority.ForTenant("acme"), administration, authority);
    }

    private static async Task<LedgerRow[]> LedgersAsync(ICyclesAuthority tenant) => (
            await tenant.GetBalancesAsync(
                new BalanceQuery
                {
                    Subject = new Subject { Tenant = "acme" },
                    IncludeChildren = true,
                }
            )
        ).Value!.Balances.Select(LedgerRow.Of).ToArray();

    [Test]
    public void Funding_never_rounds_above_two_to_the_53rd()
    {
        const long Odd = (1L << 53) + 1;
        var (_, administration, _) = Open(Amount.Tokens(Odd));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(administration.Credit(Scope, Amount.Tokens(Odd)).Remaining.Value, Is.EqualTo(2 * Odd));
            Assert.That(administration.Debit(Scope, Amount.Tokens(Odd - 2)).Remaining.Value, Is.EqualTo(Odd + 2));
            Assert.That(administration.Reset(Scope, Amount.Tokens(Odd + 4)).Remaining.Value, Is.EqualTo(Odd + 4));
            Assert.That(
                administration.ResetSpent(Scope, Amount.Tokens(Odd + 6), Amount.Tokens(1)).Remaining.Value,
                Is.EqualTo(Odd + 5)
            );
        }
    }

    [Test]
    public async Task A_commit_that_overflows_the_last_scope_never_changes_the_others()
    {
        const string Leaf = "tenant:acme/app:a";
        var (acme, administration, _) = Open(Amount.Tokens(1_000));
        administration.Budget(Leaf, Amount.Tokens(1_000));
        var subject = new Subject { Tenant = "acme", App = "a" };
        var held = await acme.CreateReservationAsync(RetentionWorld.Reserve() with { Subject = subject });
        var id = held.Value!.ReservationId!;

        // The inner ledger has spent all that a number can say: one more does not fit.
        administration.ResetSpent(Leaf, Amount.Tokens(long.MaxValue), Amount.Tokens(long.MaxValue));
        var before = await LedgersAsync(acme);

        var error = (await acme.CommitReservationAsync(id, RetentionWorld.Commit())).Error!;

        await AssertOverflowAsync(error, acme, Leaf, before);
        Assert.That(error.Details!["remaining"].GetInt64(), Is.EqualTo(-10));
        Assert.That((await acme.GetReservationAsync(id)).Value!.Status, Is.EqualTo(ReservationStatus.Active));
    }

    [Test]
    public async Task An_event_that_overflows_the_last_scope_never_changes_the_others()
    {
        const string Leaf = "tenant:acme/app:a";
        var (acme, administration, _) = Open(Amount.Tokens(1_000));
        administration.Budget(Leaf, Amount.Tokens(0), overdraftLimit: Amount.Tokens(long.MaxValue));
        administration.ResetSpent(Leaf, Amount.Tokens(0), Amount.Tokens(long.MaxValue));
        var before = await LedgersAsync(acme);

        var response = await acme.CreateEventAsync(
            RetentionWorld.Event("e") with
            {
                Subject = new Subject { Tenant = "acme", App = "a" },
                OveragePolicy = CommitOveragePolicy.AllowWithOverdraft,
            }
        );

        await AssertOverflowAsync(response.Error!, acme, Leaf, before);
    }

    private static async Task AssertOverflowAsync(
        CyclesError error,
        ICyclesAuthority acme,
        string scope,
        LedgerRow[] before
    )
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That((error.Status, error.Code), Is.EqualTo((400, ErrorCode.InvalidRequest)));
            Assert.That(
                error.Message,
                Does.Contain("10 TOKENS").And.Contain(scope).And.Contain("at most 9223372036854775807")
            );
            Assert.That(await LedgersAsync(acme), Is.EqualTo(before));
        }
    }

    [Test]
    public async Task A_hold_never_goes_back_twice_after_its_tenant_closed()
    {
        var (acme, administration, authority) = Open(Amount.Tokens(100));
        var held = await acme.CreateReservationAsync(RetentionWorld.Reserve());
        administration.CloseTenant();

        await acme.ReleaseReservationAsync(held.Value!.ReservationId!, new ReleaseRequest { IdempotencyKey = "r" });
        administration.CloseTenant();
        authority.Sweep();

        Assert.That(await LedgersAsync(acme), Is.EqualTo([new LedgerRow(100, 0, 0)]));
    }

    [Test]
    public void A_funding_key_never_swallows_the_funding_of_another_budget()
    {
        var (_, administration, _) = Open(Amount.Tokens(1));
        administration.Budget("tenant:acme/app:a", Amount.Tokens(1));

        administration.Credit(Scope, Amount.Tokens(10), "monday");
        var other = administration.Credit("tenant:acme/app:a", Amount.Tokens(10), "monday");

        Assert.That(other.Remaining.Value, Is.EqualTo(11));
    }

    [Test]
    public async Task A_reserve_that_is_refused_never_keeps_a_hold()
    {
        var (acme, administration, _) = Open(Amount.Tokens(long.MaxValue));
        administration.Budget("tenant:acme/app:a", Amount.Tokens(5));
        var request = RetentionWorld.Reserve() with
        {
            Subject = new Subject { Tenant = "acme", App = "a" },
        };

        foreach (var estimate in new[] { 6, 1L << 53, long.MaxValue })
        {
            var refused = await acme.CreateReservationAsync(request with { Estimate = Amount.Tokens(estimate) });
            Assert.That(refused.Status, Is.EqualTo(409));
        }

        Assert.That((await LedgersAsync(acme)).Select(row => row.Reserved), Is.All.Zero);
        Assert.That((await acme.ListReservationsAsync(new ReservationListQuery())).Value!.Reservations, Is.Empty);
    }

    [Test]
    public async Task Replay_never_ends_before_an_extended_reservation_does()
    {
        var world = new RetentionWorld(options => options.ReserveReplayLifetime = TimeSpan.FromSeconds(10));
        var first = await world.HoldAsync("key", ttlMs: 8_000);
        await world.Acme.ExtendReservationAsync(
            first,
            new ReservationExtendRequest { IdempotencyKey = "e", ExtendByMs = 60_000 }
        );
        world.Clock.Advance(TimeSpan.FromSeconds(65));

        Assert.That(await world.HoldAsync("key", ttlMs: 8_000), Is.EqualTo(first));
    }

    [Test]
    public async Task Unrooted_scopes_are_never_shared_by_two_tenants()
    {
        var (acme, administration, authority) = Open(Amount.Tokens(1));
        administration.Budget("agent:bot", Amount.Tokens(100));
        var request = RetentionWorld.Reserve() with { Subject = new Subject { Agent = "bot" } };

        var foreign = await authority.ForTenant("umbrella").CreateReservationAsync(request);
        var own = await acme.CreateReservationAsync(request);

        Assert.That((foreign.Status, own.Status), Is.EqualTo((404, 200)));
    }

    [Test]
    public async Task A_request_whose_data_throws_never_holds_or_charges_anything()
    {
        var (acme, _, _) = Open(Amount.Tokens(1_000));
        var broken = new ThrowingData();
        var held = await acme.CreateReservationAsync(RetentionWorld.Reserve("held"));
        var id = held.Value!.ReservationId!;
        var before = await LedgersAsync(acme);

        using (Assert.EnterMultipleScope())
        {
            await Assert.ThrowsAsync<IOException>(async () =>
                await acme.CreateReservationAsync(RetentionWorld.Reserve("key") with { Metadata = broken })
            );
            await Assert.ThrowsAsync<IOException>(async () =>
                await acme.CommitReservationAsync(id, RetentionWorld.Commit() with { Metadata = broken })
            );
            await Assert.ThrowsAsync<IOException>(async () =>
                await acme.CreateEventAsync(RetentionWorld.Event("key") with { Metadata = broken })
            );
            Assert.That(await LedgersAsync(acme), Is.EqualTo(before));
        }

        // And the keys are as good as new.
        Assert.That((await acme.CreateReservationAsync(RetentionWorld.Reserve("key"))).IsSuccess, Is.True);
        Assert.That((await acme.CommitReservationAsync(id, RetentionWorld.Commit())).IsSuccess, Is.True);
        Assert.That((await acme.CreateEventAsync(RetentionWorld.Event("key"))).IsSuccess, Is.True);
    }

    [Test]
    public async Task An_answer_never_lets_its_reader_change_the_authority()
    {
        var (acme, _, _) = Open(Amount.Tokens(1_000));
        var tags = new List<string> { "prod" };
        var request = RetentionWorld.Reserve("key") with
        {
            Subject = new Subject
            {
                Tenant = "acme",
                Dimensions = new Dictionary<string, string> { ["run"] = "1" },
            },
            Action = new CyclesAction("tool.call", "search") { Tags = tags },
        };
        var held = (await acme.CreateReservationAsync(request)).Value!;
        tags.Add("late");
        ((Dictionary<string, string>)request.Subject.Dimensions!)["run"] = "2";

        var detail = (await acme.GetReservationAsync(held.ReservationId!)).Value!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(held.AffectedScopes, Is.Not.InstanceOf<string[]>());
            Assert.That(() => ((IList<string>)held.AffectedScopes)[0] = "tenant:evil", Throws.Exception);
            Assert.That(() => ((IList<string>)detail.Action.Tags!)[0] = "evil", Throws.Exception);
            Assert.That(() => ((IDictionary<string, string>)detail.Subject.Dimensions!)["run"] = "3", Throws.Exception);
            Assert.That(detail.Action.Tags, Is.EqualTo(new[] { "prod" }));
            Assert.That(detail.Subject.Dimensions!["run"], Is.EqualTo("1"));
        }
    }
}
