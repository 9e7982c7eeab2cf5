namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    [Test]
    public async Task Event_charges_every_budgeted_scope([Values] CommitOveragePolicy policy)
    {
        var subject = await SeedAsync(1_000, 100);

        var response = await Authority.CreateEventAsync(EventOf(subject, 40, policy));

        var applied = Value(response);
        LedgerRow[] after = [new(960, 0, 40), new(60, 0, 40)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(response.Status, Is.EqualTo(201));
            Assert.That(applied.Status, Is.EqualTo(EventStatus.Applied));
            Assert.That(applied.EventId, Is.Not.Empty);
            Assert.That(applied.Charged, Is.Null);
            Assert.That(RowsOf(applied.Balances), Is.EqualTo(after));
            Assert.That(await LedgersAsync(2), Is.EqualTo(after));
        }
    }

    [Test]
    public async Task Event_ids_differ()
    {
        var subject = await SeedAsync(100);

        var first = Value(await Authority.CreateEventAsync(EventOf(subject, 1)));
        var second = Value(await Authority.CreateEventAsync(EventOf(subject, 1)));

        Assert.That(second.EventId, Is.Not.EqualTo(first.EventId));
    }

    [Test]
    public async Task Event_of_zero_is_applied()
    {
        var subject = await SeedAsync(0);

        Assert.That((await Authority.CreateEventAsync(EventOf(subject, 0))).Status, Is.EqualTo(201));
        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(0, 0, 0)));
    }

    [Test]
    public async Task Event_under_reject_is_all_or_none()
    {
        var subject = await SeedAsync((1_000, 1_000), (39, 1_000));

        Refused(
            await Authority.CreateEventAsync(EventOf(subject, 40, CommitOveragePolicy.Reject)),
            409,
            ErrorCode.BudgetExceeded
        );

        Assert.That(await LedgersAsync(2), Is.EqualTo([new LedgerRow(1_000, 0, 0), new LedgerRow(39, 0, 0)]));
    }

    [Test]
    public async Task Event_under_if_available_charges_what_the_tightest_scope_has_and_says_so()
    {
        var subject = await SeedAsync(1_000, 30, 35);

        var applied = Value(
            await Authority.CreateEventAsync(EventOf(subject, 40, CommitOveragePolicy.AllowIfAvailable))
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(applied.Charged, Is.EqualTo(Amount.Tokens(30)));
            Assert.That(
                await LedgersAsync(3),
                Is.EqualTo([
                    new LedgerRow(970, 0, 30),
                    new LedgerRow(0, 0, 30, 0, true),
                    new LedgerRow(5, 0, 30, 0, true),
                ])
            );
        }
    }

    [Test]
    public async Task Event_under_overdraft_owes_only_the_unfunded_part()
    {
        var subject = await SeedAsync((1_000, 0), (30, 10));

        var applied = Value(
            await Authority.CreateEventAsync(EventOf(subject, 40, CommitOveragePolicy.AllowWithOverdraft))
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(applied.Charged, Is.Null);
            Assert.That(
                await LedgersAsync(2),
                Is.EqualTo([new LedgerRow(960, 0, 40), new LedgerRow(-10, 0, 30, Debt: 10)])
            );
        }
    }

    [Test]
    public async Task Event_past_an_overdraft_limit_is_refused_whole()
    {
        var subject = await SeedAsync((1_000, 0), (30, 9));

        Refused(
            await Authority.CreateEventAsync(EventOf(subject, 40, CommitOveragePolicy.AllowWithOverdraft)),
            409,
            ErrorCode.OverdraftLimitExceeded
        );

        Assert.That(await LedgersAsync(2), Is.EqualTo([new LedgerRow(1_000, 0, 0), new LedgerRow(30, 0, 0)]));
    }

    [Test]
    public async Task Event_is_not_blocked_by_debt_or_by_a_scope_over_its_limit()
    {
        var subject = await SeedAsync((10, 100), (10, 0));
        await ChargeAsync(SubjectOf(), 50, CommitOveragePolicy.AllowWithOverdraft);
        await ChargeAsync(subject, 50, CommitOveragePolicy.AllowIfAvailable);

        Value(await Authority.CreateEventAsync(EventOf(subject, 5, CommitOveragePolicy.AllowIfAvailable)));
        Value(await Authority.CreateEventAsync(EventOf(SubjectOf(), 5, CommitOveragePolicy.AllowWithOverdraft)));

        Assert.That((await LedgerAsync()).Debt, Is.EqualTo(45));
    }

    [Test]
    public async Task Event_checks_status_outermost_scope_first()
    {
        var subject = await SeedAsync(1_000, 10);
        await _backend.CloseBudgetAsync(PathOf(2), Unit);
        Refused(await Authority.CreateEventAsync(EventOf(subject, 1)), 409, ErrorCode.BudgetClosed);

        await _backend.FreezeAsync(PathOf(), Unit);
        Refused(await Authority.CreateEventAsync(EventOf(subject, 1)), 409, ErrorCode.BudgetFrozen);

        Assert.That(await LedgersAsync(2), Is.EqualTo([new LedgerRow(1_000, 0, 0), new LedgerRow(10, 0, 0)]));
    }

    [Test]
    public async Task Event_under_reject_checks_an_outer_scope_wholly_before_an_inner_one()
    {
        var subject = await SeedAsync(10, 1_000);
        await _backend.FreezeAsync(PathOf(2), Unit);

        Refused(
            await Authority.CreateEventAsync(EventOf(subject, 11, CommitOveragePolicy.Reject)),
            409,
            ErrorCode.BudgetExceeded
        );
    }

    [Test]
    public async Task Event_uses_the_tenants_policy_where_it_names_none()
    {
        await _backend.CreateTenantAsync(policy: CommitOveragePolicy.Reject);
        var subject = await SeedAsync(10);

        Refused(await Authority.CreateEventAsync(EventOf(subject, 11)), 409, ErrorCode.BudgetExceeded);
    }

    [Test]
    public async Task Event_policy_is_if_available_where_nothing_names_one()
    {
        var subject = await SeedAsync((10, 100));

        var applied = Value(await Authority.CreateEventAsync(EventOf(subject, 11)));

        Assert.That(applied.Charged, Is.EqualTo(Amount.Tokens(10)));
    }

    [Test]
    public async Task Event_in_a_unit_without_a_budget_says_which_units_have_one()
    {
        await _backend.SeedAsync(PathOf(), Amount.Credits(10));

        var error = Refused(await Authority.CreateEventAsync(EventOf(SubjectOf(2), 1)), 400, ErrorCode.UnitMismatch);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Details!["scope"].GetString(), Is.EqualTo(PathOf()));
            Assert.That(error.Details["expected_units"].EnumerateArray().Single().GetString(), Is.EqualTo("CREDITS"));
        }
    }

    [Test]
    public async Task Event_without_any_budget_is_not_found_by_its_leaf()
    {
        var error = Refused(await Authority.CreateEventAsync(EventOf(SubjectOf(2), 1)), 404, ErrorCode.NotFound);

        Assert.That(error.Message, Does.StartWith($"Budget not found for provided scope: {PathOf(2)}"));
    }
}
