namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    [Test]
    public async Task Reserve_holds_the_estimate_on_every_budgeted_scope()
    {
        var subject = await SeedAsync(1_000, 800, 600);

        var held = await HoldAsync(ReserveRequest(subject, 100));

        LedgerRow[] expected = [new(900, 100, 0), new(700, 100, 0), new(500, 100, 0)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(held.Decision, Is.EqualTo(Decision.Allow));
            Assert.That(held.ReservationId, Is.Not.Null.And.Not.Empty);
            Assert.That(held.Reserved, Is.EqualTo(Amount.Tokens(100)));
            Assert.That(held.Caps, Is.Null);
            Assert.That(held.ReasonCode, Is.Null);
            Assert.That(RowsOf(held.Balances), Is.EqualTo(expected));
            Assert.That(await LedgersAsync(3), Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task Reserve_derives_one_lower_case_scope_for_each_level_given_and_skips_the_others()
    {
        await _backend.SeedAsync(PathOf(), Amount.Tokens(100));
        var subject = new Subject
        {
            Tenant = _backend.Tenant.ToUpperInvariant(),
            Workspace = $"WS-{_unique.ToUpperInvariant()}",
            Agent = "Bot_1.x",
            Toolset = "E-Mail",
        };

        var held = await HoldAsync(ReserveRequest(subject, 10));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                held.AffectedScopes,
                Is.EqualTo([
                    $"tenant:{_backend.Tenant}",
                    PathOf(),
                    $"{PathOf()}/agent:bot_1.x",
                    $"{PathOf()}/agent:bot_1.x/toolset:e-mail",
                ])
            );
            Assert.That(held.ScopePath, Is.EqualTo(held.AffectedScopes[^1]));
            Assert.That(held.Balances!.Select(balance => balance.ScopePath), Is.EqualTo([PathOf()]));
            Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(90, 10, 0)));
        }
    }

    [Test]
    public async Task Reserve_takes_all_that_remains_and_not_one_more()
    {
        var subject = await SeedAsync(100);

        Refused(await Authority.CreateReservationAsync(ReserveRequest(subject, 101)), 409, ErrorCode.BudgetExceeded);
        Value(await Authority.CreateReservationAsync(ReserveRequest(subject, 100)));
        Refused(await Authority.CreateReservationAsync(ReserveRequest(subject, 1)), 409, ErrorCode.BudgetExceeded);

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(0, 100, 0)));
    }

    [Test]
    public async Task Reserve_of_zero_is_legal_on_an_empty_budget()
    {
        var subject = await SeedAsync(0);

        var held = await HoldAsync(ReserveRequest(subject, 0));

        Assert.That((held.Decision, held.Reserved), Is.EqualTo((Decision.Allow, (Amount?)Amount.Tokens(0))));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Reserve_that_one_scope_refuses_holds_nothing_on_any(int tight)
    {
        var budgets = new long[] { 1_000, 1_000, 1_000, 1_000 };
        budgets[tight] = 99;
        var subject = await SeedAsync(budgets);

        var error = Refused(
            await Authority.CreateReservationAsync(ReserveRequest(subject, 100)),
            409,
            ErrorCode.BudgetExceeded
        );

        Assert.That(
            await LedgersAsync(4),
            Is.EqualTo(Array.ConvertAll(budgets, allocated => new LedgerRow(allocated, 0, 0)))
        );
        RequireOwnErrors();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                error.Message,
                Does.Contain(PathOf(tight + 1)).And.Contain("100 TOKENS").And.Contain("99 left")
            );
            Assert.That(error.Details!["scope"].GetString(), Is.EqualTo(PathOf(tight + 1)));
            Assert.That(error.Details["requested"].GetInt64(), Is.EqualTo(100));
            Assert.That(error.Details["remaining"].GetInt64(), Is.EqualTo(99));
        }
    }

    [Test]
    public async Task Reserve_names_the_outermost_scope_that_fails()
    {
        RequireOwnErrors();
        var subject = await SeedAsync(1_000, 50, 40);

        var error = Refused(
            await Authority.CreateReservationAsync(ReserveRequest(subject, 100)),
            409,
            ErrorCode.BudgetExceeded
        );

        Assert.That(error.Details!["scope"].GetString(), Is.EqualTo(PathOf(2)));
    }

    [Test]
    public async Task Reserve_checks_an_outer_scope_wholly_before_an_inner_one()
    {
        var subject = await SeedAsync(10, 1_000);
        await _backend.FreezeAsync(PathOf(2), Unit);

        Refused(await Authority.CreateReservationAsync(ReserveRequest(subject, 100)), 409, ErrorCode.BudgetExceeded);
        Refused(await Authority.CreateReservationAsync(ReserveRequest(subject, 1)), 409, ErrorCode.BudgetFrozen);
    }

    [Test]
    public async Task Reserve_on_a_frozen_budget_is_refused_even_when_it_is_over_its_limit()
    {
        var subject = await SeedAsync(10);
        await ChargeAsync(subject, 20, CommitOveragePolicy.AllowIfAvailable);
        await _backend.FreezeAsync(PathOf(), Unit);

        Refused(await Authority.CreateReservationAsync(ReserveRequest(subject, 0)), 409, ErrorCode.BudgetFrozen);
    }

    [Test]
    public async Task Reserve_on_a_closed_budget_is_refused_even_when_too_little_is_left()
    {
        var subject = await SeedAsync(10);
        await _backend.CloseBudgetAsync(PathOf(), Unit);

        Refused(await Authority.CreateReservationAsync(ReserveRequest(subject, 20)), 409, ErrorCode.BudgetClosed);
    }

    [Test]
    public async Task Reserve_on_a_scope_over_its_limit_is_refused_before_its_debt_is_looked_at()
    {
        var subject = await SeedAsync((10, 100));
        await ChargeAsync(subject, 60, CommitOveragePolicy.AllowWithOverdraft);
        await _backend.SetOverdraftLimitAsync(PathOf(), Amount.Tokens(0));

        Refused(
            await Authority.CreateReservationAsync(ReserveRequest(subject, 0)),
            409,
            ErrorCode.OverdraftLimitExceeded
        );
    }

    [Test]
    public async Task Reserve_goes_on_while_debt_is_within_a_limit_and_something_remains()
    {
        // 100 of debt, and 50 of the allocation given back afterwards.
        var subject = await SeedAsync((100, 100));
        var held = await HoldAsync(subject, 100);
        await ChargeAsync(subject, 100, CommitOveragePolicy.AllowWithOverdraft);
        Value(await Authority.ReleaseReservationAsync(held, ReleaseOf()));
        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(0, 0, 0, Debt: 100)));

        var zero = await Authority.CreateReservationAsync(ReserveRequest(subject, 0));
        var one = await Authority.CreateReservationAsync(ReserveRequest(subject, 1));

        Assert.That(zero.IsSuccess, Is.True, "debt equal to the limit is not over it");
        Refused(one, 409, ErrorCode.BudgetExceeded);
    }

    [Test]
    public async Task Reserve_in_a_unit_without_a_budget_says_which_units_have_one_outermost_scope_first()
    {
        var subject = SubjectOf(2);
        await _backend.SeedAsync(PathOf(), Amount.Credits(10));
        await _backend.SeedAsync(PathOf(), Amount.RiskPoints(10));
        await _backend.SeedAsync(PathOf(2), Amount.UsdMicrocents(10));

        var error = Refused(
            await Authority.CreateReservationAsync(ReserveRequest(subject, 1)),
            400,
            ErrorCode.UnitMismatch
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Details!["scope"].GetString(), Is.EqualTo(PathOf()));
            Assert.That(error.Details["requested_unit"].GetString(), Is.EqualTo("TOKENS"));
            Assert.That(
                error.Details["expected_units"].EnumerateArray().Select(unit => unit.GetString()),
                Is.EquivalentTo(["CREDITS", "RISK_POINTS"])
            );
        }
    }

    [Test]
    public async Task Reserve_skips_scopes_whose_budget_is_in_another_unit()
    {
        await _backend.SeedAsync(PathOf(), Amount.Credits(0));
        await _backend.SeedAsync(PathOf(2), Amount.Tokens(10));

        await HoldAsync(SubjectOf(2), 10);

        Assert.That(await LedgerAsync(2), Is.EqualTo(new LedgerRow(0, 10, 0)));
    }

    [Test]
    public async Task Reserve_without_any_budget_is_not_found_by_its_leaf()
    {
        var error = Refused(
            await Authority.CreateReservationAsync(ReserveRequest(SubjectOf(3), 1)),
            404,
            ErrorCode.NotFound
        );

        Assert.That(error.Message, Does.StartWith($"Budget not found for provided scope: {PathOf(3)}"));
    }

    [Test]
    public async Task Reserve_changes_only_what_was_budgeted_when_it_was_made()
    {
        var subject = SubjectOf(2);
        await _backend.SeedAsync(PathOf(2), Amount.Tokens(100));
        var held = await HoldAsync(subject, 40);
        await _backend.SeedAsync(PathOf(), Amount.Tokens(100));

        var committed = Value(await Authority.CommitReservationAsync(held, CommitOf(30)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(committed.Balances!.Select(balance => balance.ScopePath), Is.EqualTo([PathOf(2)]));
            Assert.That(await LedgersAsync(2), Is.EqualTo([new LedgerRow(100, 0, 0), new LedgerRow(70, 0, 30)]));
        }
    }

    [Test]
    public async Task Reserve_that_was_denied_is_asked_afresh_under_the_same_key()
    {
        var subject = await SeedAsync(10);
        var request = ReserveRequest(subject, 20);
        Refused(await Authority.CreateReservationAsync(request), 409, ErrorCode.BudgetExceeded);
        await _backend.FundAsync(PathOf(), Amount.Tokens(90));

        Value(await Authority.CreateReservationAsync(request));
        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(80, 20, 0)));
    }

    [Test]
    public async Task Reserve_and_commit_keep_the_largest_numbers_exact()
    {
        const long Most = long.MaxValue;
        var subject = await SeedAsync(Most, Most);

        var held = await HoldAsync(subject, Most - 1);
        Assert.That(await LedgersAsync(2), Is.All.EqualTo(new LedgerRow(1, Most - 1, 0)));

        var committed = Value(await Authority.CommitReservationAsync(held, CommitOf(Most)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(committed.Charged, Is.EqualTo(Amount.Tokens(Most)));
            Assert.That(await LedgersAsync(2), Is.All.EqualTo(new LedgerRow(0, 0, Most)));
        }
    }
}
