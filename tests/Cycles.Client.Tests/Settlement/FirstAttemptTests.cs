namespace Cycles.Client.Tests;

/// <summary>What CommitAsync answers, by what its first attempt came to.</summary>
public sealed class FirstAttemptTests : ClientFixture
{
    private static IEnumerable<TestCaseData> Unsettled()
    {
        yield return new TestCaseData(Fault.LostBefore).SetArgDisplayNames("request lost");
        yield return new TestCaseData(Fault.LostAfter).SetArgDisplayNames("answer lost");
        yield return new TestCaseData(Fault.Refused(500)).SetArgDisplayNames("500");
        yield return new TestCaseData(Fault.Refused(429, "LIMIT_EXCEEDED")).SetArgDisplayNames("429");
        yield return new TestCaseData(Fault.Refused(401, "UNAUTHORIZED")).SetArgDisplayNames("401");
        yield return new TestCaseData(Fault.Refused(403, "FORBIDDEN")).SetArgDisplayNames("403");
        yield return new TestCaseData(Fault.Refused(404)).SetArgDisplayNames("404 without a code");
        yield return new TestCaseData(Fault.Refused(409, "SOMETHING_NEW")).SetArgDisplayNames("unknown code");
        yield return new TestCaseData(new Fault { Status = 202 }).SetArgDisplayNames("202");
        yield return new TestCaseData(
            new Fault { Mangled = answer => (CommitResponse)answer with { Status = ReservationStatus.Active } }
        ).SetArgDisplayNames("200 that is not COMMITTED");
        yield return new TestCaseData(Fault.Throws(new NotSupportedException("bug"))).SetArgDisplayNames(
            "bug in a seam"
        );
        yield return new TestCaseData(Fault.Blank).SetArgDisplayNames("blank answer of a seam");
        yield return new TestCaseData(Fault.Throws(new TaskCanceledException())).SetArgDisplayNames("timeout");
    }

    [TestCaseSource(nameof(Unsettled))]
    public async Task Unsettled_is_Pending_and_goes_on_with_the_same_request(Fault fault)
    {
        Spends(70);
        Authority.Next(Operation.Commit, fault);
        Settlement settlement;
        await using (var guard = await Client.ReserveAsync(Work, Tokens(100)))
        {
            settlement = await guard.CommitAsync(Tokens(70));
        }

        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(settlement.Error?.Status, Is.EqualTo(fault.Error?.Status));
        Assert.That(Authority.Count(Operation.Release), Is.Zero);

        Clock.Advance(TimeSpan.FromSeconds(30));

        var requests = Authority.Requests<CommitRequest>(Operation.Commit);
        Assert.Multiple(() =>
        {
            Assert.That(requests, Has.Count.EqualTo(2));
            Assert.That(requests[1], Is.SameAs(requests[0]));
            Assert.That(Authority.Count(Operation.Release, Operation.Event), Is.Zero);
            Assert.That(Unrecorded, Is.Empty);
        });
    }

    [TestCase(400, "INVALID_REQUEST")]
    [TestCase(404, "NOT_FOUND")]
    [TestCase(400, "UNIT_MISMATCH")]
    [TestCase(409, "BUDGET_EXCEEDED")]
    [TestCase(409, "OVERDRAFT_LIMIT_EXCEEDED")]
    [TestCase(409, "TENANT_CLOSED")]
    public async Task Refused_throws_with_the_code_and_is_reported_and_never_released(int status, string code)
    {
        Authority.Next(Operation.Commit, Fault.Refused(status, code));
        CyclesException? thrown;
        string? id;
        await using (var guard = await Client.ReserveAsync(Work, Tokens(100)))
        {
            id = guard.ReservationId;
            thrown = await Assert.ThrowsAsync<CyclesException>(() =>
                guard.CommitAsync(Tokens(70), new CyclesMetrics { TokensInput = 5 })
            );
            await Assert.ThrowsAsync<InvalidOperationException>(() => guard.CommitAsync(Tokens(70)));
        }

        Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Multiple(() =>
        {
            Assert.That(thrown!.RawCode, Is.EqualTo(code));
            Assert.That(thrown.Status, Is.EqualTo(status));
            Assert.That(thrown.Settlement!.Outcome, Is.EqualTo(SettlementOutcome.Rejected));
            Assert.That(thrown.Message, Does.Contain("70 TOKENS").And.Contain(id!));
            Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
            Assert.That(Authority.Count(Operation.Release), Is.Zero);
            var spend = Unrecorded.Single();
            Assert.That(spend.Outcome, Is.EqualTo(SettlementOutcome.Rejected));
            Assert.That(spend.ReservationId, Is.EqualTo(id));
            Assert.That(spend.Actual, Is.EqualTo(Tokens(70)));
            Assert.That(spend.Action, Is.EqualTo(Work));
            Assert.That(spend.Subject.Tenant, Is.EqualTo("acme"));
            Assert.That(spend.Metrics!.TokensInput, Is.EqualTo(5));
            Assert.That(spend.Error!.RawCode, Is.EqualTo(code));
            Assert.That(spend.IdempotencyKey, Is.EqualTo(Keys(Operation.Commit)[0]));
        });
        HoldsExpire();
    }

    [Test]
    public async Task A_callback_that_throws_is_logged_and_changes_nothing()
    {
        await using var client = NewClient(o => o.OnSpendUnrecorded = _ => throw new FormatException("callback"));
        Authority.Next(Operation.Commit, Fault.Refused(409, "BUDGET_EXCEEDED"));
        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        await Assert.ThrowsAsync<CyclesException>(() => guard.CommitAsync(Tokens(70)));
        Assert.That(
            Logs.GetSnapshot().Select(record => record.Message),
            Has.Some.Contains("OnSpendUnrecorded threw").And.Some.Contains("is unrecorded")
        );
        HoldsExpire();
    }

    [Test]
    public async Task Expired_is_recorded_as_an_event_in_the_same_attempt([Values(410, 409)] int status)
    {
        Spends(70);
        await using var guard = await Client.ReserveAsync(
            Work,
            Tokens(100),
            new()
            {
                Subject = new() { Agent = "bot" },
                OveragePolicy = CommitOveragePolicy.Reject,
            }
        );
        if (status == 410)
        {
            HoldsExpire();
        }
        else
        {
            Authority.Next(Operation.Commit, Fault.Refused(409, "RESERVATION_EXPIRED"));
        }

        var settlement = await guard.CommitAsync(
            Tokens(70),
            new CyclesMetrics { TokensInput = 5 },
            new Dictionary<string, System.Text.Json.JsonElement> { ["run"] = Json("7") }
        );

        var request = Authority.Requests<EventCreateRequest>(Operation.Event).Single();
        Assert.Multiple(() =>
        {
            Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.RecoveredAsEvent));
            Assert.That(settlement.EventId, Is.Not.Empty);
            Assert.That(settlement.ReservationId, Is.EqualTo(guard.ReservationId));
            Assert.That(settlement.Charged, Is.EqualTo(Tokens(70)));
            Assert.That(request.IdempotencyKey, Is.EqualTo(Keys(Operation.Commit).Single()));
            Assert.That(request.Subject, Is.EqualTo(new Subject { Tenant = "acme", Agent = "bot" }));
            Assert.That(request.Action, Is.EqualTo(Work));
            Assert.That(request.Actual, Is.EqualTo(Tokens(70)));
            Assert.That(request.Metrics!.TokensInput, Is.EqualTo(5));
            Assert.That(request.OveragePolicy, Is.Null);
            Assert.That(request.Metadata!["run"].GetInt32(), Is.EqualTo(7));
            Assert.That(request.Metadata["recovered_reservation_id"].GetString(), Is.EqualTo(guard.ReservationId));
            Assert.That(
                request.Metadata["recovery_reason"].GetString(),
                Is.EqualTo("commit_after_reservation_expired")
            );
        });
        HoldsExpire();
    }

    private static IEnumerable<TestCaseData> NoProof()
    {
        yield return new TestCaseData(Fault.None, 410).SetArgDisplayNames("still active");
        yield return new TestCaseData(Fault.Refused(401, "UNAUTHORIZED"), 401).SetArgDisplayNames("401");
        yield return new TestCaseData(Fault.Refused(503), 503).SetArgDisplayNames("503");
        yield return new TestCaseData(Fault.LostBefore, null).SetArgDisplayNames("no answer");
        yield return new TestCaseData(
            new Fault { Mangled = answer => (ReservationDetail)answer with { Status = 0 } },
            410
        ).SetArgDisplayNames("a status that is not known");
    }

    [TestCaseSource(nameof(NoProof))]
    public async Task Gone_without_a_code_is_no_event_while_the_reservation_may_still_be_committed(
        Fault asked,
        int? status
    )
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.Refused(410));
        Authority.Next(Operation.Get, asked);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        var settlement = await guard.CommitAsync(Tokens(70));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(settlement.Error?.Status, Is.EqualTo(status));

        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Multiple(() =>
        {
            Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));
            Assert.That(Keys(Operation.Commit).Distinct().Count(), Is.EqualTo(1));
            Assert.That(Authority.Count(Operation.Event), Is.Zero);
            Assert.That(Unrecorded, Is.Empty);
        });
    }

    private static IEnumerable<TestCaseData> NothingAgainst()
    {
        yield return new TestCaseData(Fault.None).SetArgDisplayNames("expired");
        yield return new TestCaseData(Fault.Refused(410, "RESERVATION_EXPIRED")).SetArgDisplayNames("forgotten");
        yield return new TestCaseData(Fault.Refused(410)).SetArgDisplayNames("410 without a code");
        yield return new TestCaseData(Fault.Refused(404)).SetArgDisplayNames("404 without a code");
        yield return new TestCaseData(Fault.Refused(404, "NOT_FOUND")).SetArgDisplayNames("never heard of");
    }

    [TestCaseSource(nameof(NothingAgainst))]
    public async Task Gone_without_a_code_is_an_event_where_nothing_speaks_against_it(Fault asked)
    {
        Spends(70);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        HoldsExpire();
        Authority.Next(Operation.Commit, Fault.Refused(410));
        Authority.Next(Operation.Get, asked);
        var settlement = await guard.CommitAsync(Tokens(70));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.RecoveredAsEvent));
        Assert.That(Authority.Count(Operation.Get), Is.EqualTo(1));
    }

    [Test]
    public async Task Gone_without_a_code_after_it_was_applied_is_AlreadyFinalized()
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.Refused(410) with { Applies = true });
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        var settlement = await guard.CommitAsync(Tokens(70));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.AlreadyFinalized));
        Assert.That(Authority.Count(Operation.Event), Is.Zero);
    }

    [Test]
    public async Task Gone_without_a_code_and_finished_otherwise_is_rejected([Values(60, null)] int? elsewhere)
    {
        Spends(elsewhere ?? 0);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        if (elsewhere is { } amount)
        {
            await CommitElsewhereAsync(guard, amount);
        }
        else
        {
            await ReleaseElsewhereAsync(guard);
        }

        Authority.Next(Operation.Commit, Fault.Refused(410));
        await Assert.ThrowsAsync<CyclesException>(() => guard.CommitAsync(Tokens(70)));
        Assert.That(Authority.Count(Operation.Event), Is.Zero);
        Assert.That(Unrecorded.Single().Actual, Is.EqualTo(Tokens(70)));
    }

    [Test]
    public async Task Once_an_event_it_stays_an_event()
    {
        Spends(70);
        Authority.Next(Operation.Event, Fault.LostAfter, Fault.Refused(410), Fault.LostBefore);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        HoldsExpire();

        Assert.That((await guard.CommitAsync(Tokens(70))).Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Pass(TimeSpan.FromMinutes(2));

        var requests = Authority.Requests<EventCreateRequest>(Operation.Event);
        Assert.Multiple(() =>
        {
            Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
            Assert.That(requests, Has.Count.EqualTo(4));
            Assert.That(requests, Has.All.SameAs(requests[0]));
        });
    }

    [Test]
    public async Task Expired_and_then_refused_as_an_event_is_rejected()
    {
        Ledger.Administer("acme");
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        HoldsExpire();
        Ledger.Administer("acme").Freeze("tenant:acme", AmountUnit.Tokens);

        var thrown = await Assert.ThrowsAsync<CyclesException>(() => guard.CommitAsync(Tokens(70)));

        Assert.That(thrown!.Code, Is.EqualTo(ErrorCode.BudgetFrozen));
        Assert.That(Unrecorded.Single().Actual, Is.EqualTo(Tokens(70)));
    }

    [TestCase("RESERVATION_FINALIZED")]
    [TestCase("IDEMPOTENCY_MISMATCH")]
    public async Task Finished_elsewhere_with_this_amount_is_AlreadyFinalized(string code)
    {
        Spends(70);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        await CommitElsewhereAsync(guard, 70);
        Authority.Next(Operation.Commit, Fault.Refused(409, code));

        var settlement = await guard.CommitAsync(Tokens(70));

        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.AlreadyFinalized));
        Assert.That(settlement.Charged, Is.EqualTo(Tokens(70)));
        Assert.That(Unrecorded, Is.Empty);
    }

    [Test]
    public async Task Finished_elsewhere_with_another_amount_is_rejected()
    {
        Spends(60);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        await CommitElsewhereAsync(guard, 60);

        var thrown = await Assert.ThrowsAsync<CyclesException>(() => guard.CommitAsync(Tokens(70)));

        Assert.That(thrown!.Code, Is.EqualTo(ErrorCode.ReservationFinalized));
        Assert.That(Unrecorded, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Released_elsewhere_is_rejected()
    {
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        await ReleaseElsewhereAsync(guard);

        var thrown = await Assert.ThrowsAsync<CyclesException>(() => guard.CommitAsync(Tokens(70)));

        Assert.That(thrown!.Code, Is.EqualTo(ErrorCode.ReservationFinalized));
        Assert.That(Unrecorded, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Finished_elsewhere_and_no_answer_to_the_question_is_rejected()
    {
        Spends(70);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        await CommitElsewhereAsync(guard, 70);
        Authority.Next(Operation.Get, Fault.LostBefore);

        await Assert.ThrowsAsync<CyclesException>(() => guard.CommitAsync(Tokens(70)));
        Assert.That(Unrecorded, Has.Count.EqualTo(1));
    }

    private async Task ReleaseElsewhereAsync(ReservationGuard guard) =>
        await Ledger
            .ForTenant("acme")
            .ReleaseReservationAsync(guard.ReservationId!, new ReleaseRequest { IdempotencyKey = "operator" });

    private async Task CommitElsewhereAsync(ReservationGuard guard, long amount) =>
        await Ledger
            .ForTenant("acme")
            .CommitReservationAsync(
                guard.ReservationId!,
                new CommitRequest { IdempotencyKey = "elsewhere", Actual = Tokens(amount) }
            );
}
