namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    private static readonly CommitCase[] Overages =
    [
        new("Reject refuses any overage and keeps the hold")
        {
            Budgets = [(1_000, 1_000), (1_000, 0)],
            Estimate = 100,
            Actual = 101,
            Policy = CommitOveragePolicy.Reject,
            After = [new(900, 100, 0), new(900, 100, 0)],
        },
        new("If available covers all of it")
        {
            Budgets = [(1_000, 0), (150, 0)],
            Estimate = 100,
            Actual = 150,
            Policy = CommitOveragePolicy.AllowIfAvailable,
            Charged = 150,
            After = [new(850, 0, 150), new(0, 0, 150)],
        },
        new("If available charges what the tightest of four has and flags only those that fall short")
        {
            Budgets = [(1_000, 0), (180, 0), (130, 0), (160, 0)],
            Estimate = 100,
            Actual = 170,
            Policy = CommitOveragePolicy.AllowIfAvailable,
            Charged = 130,
            After = [new(870, 0, 130), new(50, 0, 130), new(0, 0, 130, 0, true), new(30, 0, 130, 0, true)],
        },
        new("If available charges the hold alone where nothing is left")
        {
            Budgets = [(100, 0)],
            Estimate = 100,
            Actual = 105,
            Policy = CommitOveragePolicy.AllowIfAvailable,
            Charged = 100,
            After = [new(0, 0, 100, 0, true)],
        },
        new("If available makes no debt, whatever the limit, and takes a negative remainder for nothing")
        {
            // While 50 are held, 80 more are charged: 50 from the remainder and 30 owed.
            Budgets = [(100, 500), (1_000, 0)],
            Before = [(1, 80)],
            Estimate = 50,
            Actual = 70,
            Policy = CommitOveragePolicy.AllowIfAvailable,
            Charged = 50,
            After = [new(-30, 0, 100, 30, true), new(950, 0, 50)],
        },
        new("Overdraft is not needed where enough remains")
        {
            Budgets = [(1_000, 500), (1_000, 0)],
            Estimate = 100,
            Actual = 300,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            Charged = 300,
            After = [new(700, 0, 300), new(700, 0, 300)],
        },
        new("Overdraft owes only the unfunded part of the overage")
        {
            Budgets = [(120, 100), (1_000, 0)],
            Estimate = 100,
            Actual = 150,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            Charged = 150,
            After = [new(-30, 0, 120, 30), new(850, 0, 150)],
        },
        new("Overdraft may reach its limit")
        {
            Budgets = [(100, 50)],
            Estimate = 100,
            Actual = 150,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            Charged = 150,
            After = [new(-50, 0, 100, 50)],
        },
        new("Overdraft past its limit is refused whole")
        {
            Budgets = [(1_000, 1_000), (100, 50)],
            Estimate = 100,
            Actual = 151,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            After = [new(900, 100, 0), new(0, 100, 0)],
        },
        new("Overdraft counts what is owed already")
        {
            // 50 of 80 are covered while 50 are held, so 30 are owed; 21 more would pass the limit of 50.
            Budgets = [(100, 50)],
            Before = [(1, 80)],
            Estimate = 50,
            Actual = 71,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            After = [new(-30, 50, 50, 30)],
        },
        new("Overdraft adds to what is owed already")
        {
            Budgets = [(100, 50)],
            Before = [(1, 80)],
            Estimate = 50,
            Actual = 70,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            Charged = 70,
            After = [new(-50, 0, 100, 50)],
        },
        new("Overdraft is bounded by a scope that may not owe, which alone is flagged")
        {
            Budgets = [(110, 100), (120, 0), (1_000, 0)],
            Estimate = 100,
            Actual = 150,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            Charged = 120,
            After = [new(-10, 0, 110, 10), new(0, 0, 120, 0, true), new(880, 0, 120)],
        },
        new("Overdraft that the scopes without a limit bring down to nothing never fails")
        {
            // The outer scope owes its whole limit, and the inner one has nothing: 0 is charged above the hold.
            Budgets = [(100, 30), (50, 0)],
            Before = [(1, 80)],
            Estimate = 50,
            Actual = 60,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            Charged = 50,
            After = [new(-30, 0, 100, 30), new(0, 0, 50, 0, true)],
        },
        new("Overdraft is capped first, and then stays within the limit that the whole would have passed")
        {
            Budgets = [(100, 20), (120, 0)],
            Estimate = 100,
            Actual = 200,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            Charged = 120,
            After = [new(-20, 0, 100, 20), new(0, 0, 120, 0, true)],
        },
        new("Overdraft without any limit charges like if available")
        {
            Budgets = [(130, 0), (110, 0)],
            Estimate = 100,
            Actual = 150,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            Charged = 110,
            After = [new(20, 0, 110, 0, true), new(0, 0, 110, 0, true)],
        },
        new("Overdraft on four scopes, each with a remainder and a debt of its own")
        {
            // Remaining before the commit: 900 - 50, 100 - 50 - 60, 200 - 50 - 0, 50 - 50.
            Budgets = [(900, 0), (100, 40), (200, 10), (50, 25)],
            Before = [(1, 100), (2, 60)],
            Estimate = 50,
            Actual = 75,
            Policy = CommitOveragePolicy.AllowWithOverdraft,
            Charged = 75,
            After = [new(665, 0, 235), new(-35, 0, 100, 35), new(125, 0, 75), new(-25, 0, 50, 25)],
        },
    ];

    [TestCaseSource(nameof(Overages))]
    public async Task Commit_above_the_hold(CommitCase given)
    {
        var subject = await SeedAsync(given.Budgets);
        var held = await HoldAsync(subject, given.Estimate, given.Policy);
        foreach (var (levels, amount) in given.Before)
        {
            await ChargeAsync(SubjectOf(levels), amount, CommitOveragePolicy.AllowWithOverdraft);
        }

        var response = await Authority.CommitReservationAsync(held, CommitOf(given.Actual));

        if (given.Charged is { } charged)
        {
            var committed = Value(response);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(committed.Charged, Is.EqualTo(Amount.Tokens(charged)));
                Assert.That(committed.Released, Is.Null);
                Assert.That(RowsOf(committed.Balances), Is.EqualTo(given.After));
            }
        }
        else
        {
            var code =
                given.Policy == CommitOveragePolicy.Reject
                    ? ErrorCode.BudgetExceeded
                    : ErrorCode.OverdraftLimitExceeded;
            Refused(response, 409, code);
            var detail = Value(await Authority.GetReservationAsync(held));
            Assert.That(detail.Status, Is.EqualTo(ReservationStatus.Active));
        }

        Assert.That(await LedgersAsync(given.Budgets.Length), Is.EqualTo(given.After));
    }

    [Test]
    public async Task Commit_below_the_hold_charges_the_actual_and_gives_the_rest_back(
        [Values] CommitOveragePolicy policy,
        [Values(0, 1, 99)] long actual
    )
    {
        var subject = await SeedAsync(1_000, 100);
        var held = await HoldAsync(subject, 100, policy);

        var committed = Value(await Authority.CommitReservationAsync(held, CommitOf(actual)));

        LedgerRow[] after = [new(1_000 - actual, 0, actual), new(100 - actual, 0, actual)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(committed.Status, Is.EqualTo(ReservationStatus.Committed));
            Assert.That(committed.Charged, Is.EqualTo(Amount.Tokens(actual)));
            Assert.That(committed.Released, Is.EqualTo(Amount.Tokens(100 - actual)));
            Assert.That(RowsOf(committed.Balances), Is.EqualTo(after));
            Assert.That(await LedgersAsync(2), Is.EqualTo(after));
        }
    }

    [Test]
    public async Task Commit_of_the_whole_hold_gives_nothing_back([Values] CommitOveragePolicy policy)
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(subject, 100, policy);

        var committed = Value(await Authority.CommitReservationAsync(held, CommitOf(100)));

        Assert.That(
            (committed.Charged, committed.Released),
            Is.EqualTo((Amount.Tokens(100), (Amount?)null)),
            "released is present only when less was charged than held"
        );
    }

    [Test]
    public async Task Commit_looks_at_neither_status_nor_debt_nor_flag()
    {
        var subject = await SeedAsync((200, 500), (100, 0));
        var held = await HoldAsync(subject, 50);
        await ChargeAsync(SubjectOf(), 300, CommitOveragePolicy.AllowWithOverdraft);
        await ChargeAsync(subject, 90, CommitOveragePolicy.AllowIfAvailable);
        await _backend.FreezeAsync(PathOf(), Unit);
        await _backend.CloseBudgetAsync(PathOf(2), Unit);

        var committed = Value(await Authority.CommitReservationAsync(held, CommitOf(40)));

        Assert.That(committed.Charged, Is.EqualTo(Amount.Tokens(40)));
    }

    [Test]
    public async Task Commit_that_failed_leaves_its_key_and_its_reservation_for_another_try()
    {
        var subject = await SeedAsync(1_000);
        var held = await HoldAsync(subject, 100, CommitOveragePolicy.Reject);
        var request = CommitOf(101);
        Refused(await Authority.CommitReservationAsync(held, request), 409, ErrorCode.BudgetExceeded);

        Value(await Authority.CommitReservationAsync(held, request with { Actual = Amount.Tokens(100) }));

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(900, 0, 100)));
    }

    [Test]
    public async Task Commit_refused_by_its_policy_says_what_was_held_and_what_is_left()
    {
        RequireOwnErrors();
        var subject = await SeedAsync(1_000, 800);
        var held = await HoldAsync(subject, 100, CommitOveragePolicy.Reject);

        var error = Refused(await Authority.CommitReservationAsync(held, CommitOf(150)), 409, ErrorCode.BudgetExceeded);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                error.Message,
                Does.Contain(PathOf(2))
                    .And.Contain("150 TOKENS")
                    .And.Contain("700 left")
                    .And.Contain("hold of 100 TOKENS")
            );
            Assert.That(error.Details!["reserved"].GetInt64(), Is.EqualTo(100));
        }
    }

    [Test]
    public async Task Commit_past_an_overdraft_limit_names_the_scope_the_debt_and_the_limit()
    {
        RequireOwnErrors();
        var subject = await SeedAsync((1_000, 1_000), (100, 50));
        var held = await HoldAsync(subject, 100, CommitOveragePolicy.AllowWithOverdraft);

        var error = Refused(
            await Authority.CommitReservationAsync(held, CommitOf(151)),
            409,
            ErrorCode.OverdraftLimitExceeded
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Message, Does.Contain(PathOf(2)).And.Contain("151 TOKENS").And.Contain("limit of 50"));
            Assert.That(error.Details!["overdraft_limit"].GetInt64(), Is.EqualTo(50));
            Assert.That(error.Details["debt"].GetInt64(), Is.Zero);
        }
    }

    [Test]
    public async Task Commit_in_another_unit_is_refused_and_the_hold_stays()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(subject, 10);

        var error = Refused(
            await Authority.CommitReservationAsync(
                held,
                new CommitRequest { IdempotencyKey = Key(), Actual = Amount.Credits(10) }
            ),
            400,
            ErrorCode.UnitMismatch
        );

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(90, 10, 0)));
        RequireOwnErrors();
        Assert.That(error.Details!["expected_units"].EnumerateArray().Single().GetString(), Is.EqualTo("TOKENS"));
    }

    [Test]
    public async Task Commit_of_a_finished_reservation_is_refused_before_its_unit_is_looked_at()
    {
        var subject = await SeedAsync(100);
        var committed = await HoldAsync(subject, 10);
        var released = await HoldAsync(subject, 10);
        Value(await Authority.CommitReservationAsync(committed, CommitOf(10)));
        Value(await Authority.ReleaseReservationAsync(released, ReleaseOf()));
        var credits = new CommitRequest { IdempotencyKey = Key(), Actual = Amount.Credits(1) };

        Refused(await Authority.CommitReservationAsync(committed, credits), 409, ErrorCode.ReservationFinalized);
        Refused(await Authority.CommitReservationAsync(released, credits), 409, ErrorCode.ReservationFinalized);

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(90, 0, 10)));
    }

    [Test]
    public async Task Commit_uses_the_tenants_policy_where_the_reserve_named_none()
    {
        await _backend.CreateTenantAsync(policy: CommitOveragePolicy.Reject);
        var subject = await SeedAsync(1_000);
        var tenants = await HoldAsync(subject, 100);
        var own = await HoldAsync(subject, 100, CommitOveragePolicy.AllowIfAvailable);

        Refused(await Authority.CommitReservationAsync(tenants, CommitOf(101)), 409, ErrorCode.BudgetExceeded);
        Value(await Authority.CommitReservationAsync(own, CommitOf(101)));
    }

    [Test]
    public async Task Commit_policy_is_if_available_where_nothing_names_one()
    {
        var subject = await SeedAsync((120, 1_000));
        var held = await HoldAsync(subject, 100);

        var committed = Value(await Authority.CommitReservationAsync(held, CommitOf(150)));

        Assert.That(committed.Charged, Is.EqualTo(Amount.Tokens(120)));
        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(0, 0, 120, 0, IsOverLimit: true)));
    }

    [Test]
    public async Task A_scope_over_its_limit_takes_no_hold_until_it_is_funded()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(subject, 50);
        Value(await Authority.CommitReservationAsync(held, CommitOf(150)));

        Refused(
            await Authority.CreateReservationAsync(ReserveRequest(subject, 0)),
            409,
            ErrorCode.OverdraftLimitExceeded
        );
        await _backend.FundAsync(PathOf(), Amount.Tokens(10));
        await HoldAsync(subject, 10);

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(0, 10, 100)));
    }
}
