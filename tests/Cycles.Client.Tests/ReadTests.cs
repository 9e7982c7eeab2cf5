namespace Cycles.Client.Tests;

/// <summary>Questions, dry runs, lists and events.</summary>
public sealed class ReadTests : ClientFixture
{
    [Test]
    public async Task Decide_answers_without_holding()
    {
        var yes = await Client.DecideAsync(Work, Tokens(1), new() { IdempotencyKey = "mine" });
        var no = await Client.DecideAsync(Work, Tokens(Budget + 1));

        Assert.Multiple(() =>
        {
            Assert.That(yes.Decision, Is.EqualTo(Decision.Allow));
            Assert.That(no.Decision, Is.EqualTo(Decision.Deny));
            Assert.That(no.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
            Assert.That(Authority.Requests<DecisionRequest>(Operation.Decide)[0].IdempotencyKey, Is.EqualTo("mine"));
        });
    }

    [Test]
    public async Task Decide_does_not_take_a_409_for_an_answer()
    {
        Authority.Next(Operation.Decide, Fault.Refused(409, "BUDGET_EXCEEDED"));
        await Assert.ThrowsAsync<CyclesException>(() => Client.DecideAsync(Work, Tokens(1)));
    }

    [Test]
    public async Task Evaluate_answers_without_holding()
    {
        var yes = await Client.EvaluateAsync(Work, Tokens(1));
        var no = await Client.EvaluateAsync(Work, Tokens(Budget + 1));
        Assert.Multiple(() =>
        {
            Assert.That(yes.Decision, Is.EqualTo(Decision.Allow));
            Assert.That(yes.ReservationId, Is.Null);
            Assert.That(no.Decision, Is.EqualTo(Decision.Deny));
            Assert.That(Authority.Requests<ReservationCreateRequest>(Operation.Create)[0].DryRun, Is.True);
        });
    }

    [Test]
    public async Task Evaluate_maps_a_budgets_409_to_DENY_and_throws_for_others()
    {
        Authority.Next(
            Operation.Create,
            Fault.Refused(409, "DEBT_OUTSTANDING", TimeSpan.FromSeconds(2)),
            Fault.Refused(404, "NOT_FOUND")
        );
        var answer = await Client.EvaluateAsync(Work, Tokens(1));
        Assert.That(answer.Decision, Is.EqualTo(Decision.Deny));
        Assert.That(answer.ReasonCode, Is.EqualTo(ReasonCode.DebtOutstanding));
        Assert.That(answer.RetryAfterMs, Is.EqualTo(2_000));
        await Assert.ThrowsAsync<CyclesException>(() => Client.EvaluateAsync(Work, Tokens(1)));
    }

    [Test]
    public async Task Evaluate_asks_again_once_where_the_outcome_is_unknown()
    {
        Authority.Next(Operation.Create, Fault.LostAfter);
        Assert.That((await Client.EvaluateAsync(Work, Tokens(1))).Decision, Is.EqualTo(Decision.Allow));
        Assert.That(Keys(Operation.Create).Distinct().Count(), Is.EqualTo(1));
        Assert.That(Authority.Count(Operation.Create), Is.EqualTo(2));
    }

    [Test]
    public async Task An_event_charges_without_a_hold()
    {
        Spends(70);
        var at = Clock.GetUtcNow();
        var settlement = await Client.RecordEventAsync(
            Work,
            Tokens(70),
            new()
            {
                Subject = new() { Agent = "bot" },
                IdempotencyKey = "mine",
                OccurredAt = at,
                OveragePolicy = CommitOveragePolicy.Reject,
                Metrics = new() { TokensInput = 5 },
                Metadata = new Dictionary<string, System.Text.Json.JsonElement> { ["x"] = Json("1") },
            }
        );

        var request = Authority.Requests<EventCreateRequest>(Operation.Event).Single();
        Assert.Multiple(() =>
        {
            Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
            Assert.That(settlement.ReservationId, Is.Null);
            Assert.That(settlement.EventId, Is.Not.Empty);
            Assert.That(settlement.Charged, Is.EqualTo(Tokens(70)));
            Assert.That(request.Subject, Is.EqualTo(new Subject { Tenant = "acme", Agent = "bot" }));
            Assert.That(request.IdempotencyKey, Is.EqualTo("mine"));
            Assert.That(request.ClientTimeMs, Is.EqualTo(at.ToUnixTimeMilliseconds()));
            Assert.That(request.OveragePolicy, Is.EqualTo(CommitOveragePolicy.Reject));
            Assert.That(request.Metrics!.TokensInput, Is.EqualTo(5));
            Assert.That(request.Metadata!["x"].GetInt32(), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task An_event_without_an_answer_goes_on_in_the_background()
    {
        Spends(70);
        Authority.Next(Operation.Event, Fault.LostAfter);
        var settlement = await Client.RecordEventAsync(Work, Tokens(70));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.That(Keys(Operation.Event), Has.Count.EqualTo(2));
        Assert.That(Keys(Operation.Event).Distinct().Count(), Is.EqualTo(1));
    }

    [TestCase(409, "BUDGET_FROZEN")]
    [TestCase(409, "IDEMPOTENCY_MISMATCH")]
    [TestCase(404, "NOT_FOUND")]
    public async Task A_refused_event_throws_and_is_reported(int status, string code)
    {
        Authority.Next(Operation.Event, Fault.Refused(status, code));
        var thrown = await Assert.ThrowsAsync<CyclesException>(() => Client.RecordEventAsync(Work, Tokens(70)));
        Assert.Multiple(() =>
        {
            Assert.That(thrown!.RawCode, Is.EqualTo(code));
            Assert.That(thrown.Settlement!.Outcome, Is.EqualTo(SettlementOutcome.Rejected));
            Assert.That(Unrecorded.Single().ReservationId, Is.Null);
            Assert.That(Authority.Count(Operation.Get), Is.Zero);
        });
    }

    [Test]
    public async Task Balances_are_those_of_the_tenant_and_below_by_default()
    {
        Ledger.Administer("acme").Budget("tenant:acme/agent:bot", Tokens(5)).Budget("tenant:acme", Amount.Usd(1));
        var scopes = await ToListAsync(Client.GetBalancesAsync());
        Assert.That(
            scopes.Select(balance => balance.Scope),
            Is.EquivalentTo(new[] { "tenant:acme", "tenant:acme", "tenant:acme/agent:bot" })
        );
    }

    [Test]
    public async Task Balances_and_reservations_are_read_page_by_page()
    {
        for (var i = 0; i < 5; i++)
        {
            Ledger.Administer("acme").Budget($"tenant:acme/agent:bot{i}", Tokens(100));
        }

        var guards = new List<ReservationGuard>();
        for (var i = 0; i < 5; i++)
        {
            guards.Add(await Client.ReserveAsync(Work, Tokens(1)));
        }

        var balances = await ToListAsync(
            Client.GetBalancesAsync(
                new()
                {
                    Subject = new() { Tenant = "acme" },
                    IncludeChildren = true,
                    Limit = 2,
                }
            )
        );
        var reservations = await ToListAsync(Client.ListReservationsAsync(new() { Limit = 2 }));

        Assert.Multiple(() =>
        {
            Assert.That(balances.Select(balance => balance.Scope), Is.Unique);
            Assert.That(balances, Has.Count.EqualTo(6));
            Assert.That(
                reservations.Select(reservation => reservation.ReservationId),
                Is.EquivalentTo(guards.Select(guard => guard.ReservationId))
            );
        });
        HoldsExpire();
    }

    [Test]
    public async Task A_cursor_that_comes_back_is_an_error_and_no_endless_list()
    {
        Authority.Always(
            Operation.List,
            Fault.Answers(
                new ReservationListResponse
                {
                    Reservations = [],
                    NextCursor = "again",
                    HasMore = true,
                }
            )
        );
        var thrown = await Assert.ThrowsAsync<CyclesException>(() => ToListAsync(Client.ListReservationsAsync()));
        Assert.That(thrown!.Message, Does.Contain("cursor twice"));
        Assert.That(Authority.Count(Operation.List), Is.EqualTo(2));
    }

    [Test]
    public async Task A_reservation_is_read_by_its_id()
    {
#pragma warning disable CYC004 // Read while it is held; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004
        var detail = await Client.GetReservationAsync(guard.ReservationId!);
        Assert.That(detail.Status, Is.EqualTo(ReservationStatus.Active));
        Assert.That(detail.Reserved, Is.EqualTo(Tokens(100)));
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }
}
