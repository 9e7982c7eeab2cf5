namespace Cycles.Client.Tests;

/// <summary>What a reserve answers: a guard, a denial, or a failure that is never taken for a denial.</summary>
public sealed class ReserveTests : ClientFixture
{
    private static readonly string[] Denials =
    [
        "BUDGET_EXCEEDED",
        "BUDGET_FROZEN",
        "BUDGET_CLOSED",
        "OVERDRAFT_LIMIT_EXCEEDED",
        "DEBT_OUTSTANDING",
        "TENANT_CLOSED",
    ];

    [TestCaseSource(nameof(Denials))]
    public async Task A_409_with_a_budgets_code_is_a_denial(string code)
    {
        Authority.Always(Operation.Create, Fault.Refused(409, code, TimeSpan.FromSeconds(7)));

        await using var attempt = await Client.TryReserveAsync(Work, Tokens(100));
        var thrown = await Assert.ThrowsAsync<BudgetDeniedException>(async () =>
            await Client.ReserveAsync(Work, Tokens(100))
        );

        Assert.Multiple(() =>
        {
            Assert.That(attempt.Guard, Is.Null);
            Assert.That(attempt.Denial!.ReasonCode, Is.EqualTo(new ReasonCode(code)));
            Assert.That(attempt.Denial.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(7)));
            Assert.That(thrown!.Denial.ReasonCode, Is.EqualTo(new ReasonCode(code)));
            Assert.That(thrown.RawCode, Is.EqualTo(code));
            Assert.That(thrown.Status, Is.EqualTo(409));
            Assert.That(thrown.Message, Does.Contain(code));
            Assert.That(Authority.Count(Operation.Create), Is.EqualTo(2), "a denial is not retried");
        });
    }

    [TestCaseSource(nameof(Denials))]
    public async Task The_same_code_on_a_commit_an_extension_or_an_event_is_no_denial(string code)
    {
        Authority.Next(Operation.Commit, Fault.Refused(409, code));
        Authority.Next(Operation.Extend, Fault.Refused(409, code));
        Authority.Next(Operation.Event, Fault.Refused(409, code));
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));

        foreach (
            var thrown in new[]
            {
                await Assert.ThrowsAsync<CyclesException>(() => guard.ExtendAsync(TimeSpan.FromSeconds(1))),
                await Assert.ThrowsAsync<CyclesException>(() => guard.CommitAsync(Tokens(70))),
                await Assert.ThrowsAsync<CyclesException>(() => Client.RecordEventAsync(Work, Tokens(70))),
            }
        )
        {
            Assert.That(thrown!.RawCode, Is.EqualTo(code));
        }

        Assert.That(Unrecorded, Has.Count.EqualTo(2));
        HoldsExpire();
    }

    [Test]
    public async Task A_denial_says_who_how_much_and_what_to_do()
    {
#pragma warning disable CYC004 // It is there to leave too little.
        await using var held = await Client.ReserveAsync(Work, Tokens(Budget - 5));
#pragma warning restore CYC004
        var thrown = await Assert.ThrowsAsync<BudgetDeniedException>(async () =>
            await Client.ReserveAsync(Work, Tokens(6))
        );

        Assert.Multiple(() =>
        {
            var denial = thrown!.Denial;
            Assert.That(denial.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
            Assert.That(denial.Scope, Is.EqualTo("tenant:acme"));
            Assert.That(denial.Requested, Is.EqualTo(Tokens(6)));
            Assert.That(denial.Remaining, Is.EqualTo(new SignedAmount(AmountUnit.Tokens, 5)));
            Assert.That(denial.Error!.Code, Is.EqualTo(ErrorCode.BudgetExceeded));
            Assert.That(thrown.Code, Is.EqualTo(ErrorCode.BudgetExceeded));
            Assert.That(thrown.IsTransient, Is.False);
            Assert.That(thrown.Message, Does.StartWith("Reserving 6 TOKENS was denied (BUDGET_EXCEEDED): "));
            Assert.That(thrown.Message, Does.Contain("tenant:acme has 5 left").And.Contain("ask for less"));
        });
    }

    [Test]
    public async Task A_key_whose_hold_is_over_gives_no_guard([Values] bool expired)
    {
        var options = new ReserveOptions { IdempotencyKey = "job-1" };
        await using (var guard = await Client.ReserveAsync(Work, Tokens(100), options))
        {
            if (expired)
            {
                Pass(TimeSpan.FromSeconds(70));
            }
            else
            {
                await guard.CommitAsync(Tokens(70));
                Spends(70);
            }
        }

        var thrown = await Assert.ThrowsAsync<CyclesException>(async () =>
            await Client.ReserveAsync(Work, Tokens(100), options)
        );
        Assert.That(thrown!.Message, Does.Contain("idempotency key was used before").And.Contain("Use a new key"));
    }

    [Test]
    public async Task A_key_repeated_while_its_hold_lives_is_the_same_hold()
    {
        var options = new ReserveOptions { IdempotencyKey = "job-1" };
#pragma warning disable CYC004 // One hold, twice: neither of them runs anything.
        await using var first = await Client.ReserveAsync(Work, Tokens(100), options);
        await using var again = await Client.ReserveAsync(Work, Tokens(100), options);
#pragma warning restore CYC004
        Assert.That(again.ReservationId, Is.EqualTo(first.ReservationId));
    }

    [Test]
    public async Task A_denial_without_facts_still_says_what_to_do()
    {
        Authority.Always(Operation.Create, Fault.Refused(409, "DEBT_OUTSTANDING"));
        var denial = (await Client.TryReserveAsync(Work, Tokens(6))).Denial!;
        Assert.That(
            denial.ToString(),
            Is.EqualTo(
                "Reserving 6 TOKENS was denied (DEBT_OUTSTANDING): Scripted. The scope's debt has to be repaid first."
            )
        );
    }

    [Test]
    public async Task DENY_in_a_200_is_a_denial_with_any_reason()
    {
        Authority.Always(
            Operation.Create,
            Fault.Answers(
                new ReservationCreateResponse
                {
                    Decision = Decision.Deny,
                    ReasonCode = new ReasonCode("PHASE_OF_THE_MOON"),
                    RetryAfterMs = 1_500,
                    AffectedScopes = ["tenant:acme"],
                }
            )
        );
        var attempt = await Client.TryReserveAsync(Work, Tokens(0));
        Assert.Multiple(() =>
        {
            Assert.That(attempt.Denial!.ReasonCode.Value, Is.EqualTo("PHASE_OF_THE_MOON"));
            Assert.That(attempt.Denial.RetryAfter, Is.EqualTo(TimeSpan.FromMilliseconds(1_500)));
            Assert.That(attempt.Denial.AffectedScopes, Is.EqualTo(new[] { "tenant:acme" }));
            Assert.That(attempt.Denial.ToString(), Does.Contain("PHASE_OF_THE_MOON").And.Contain("1.5 s"));
            Assert.That(Authority.Count(Operation.Create), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task A_wrong_unit_and_a_missing_budget_are_failures_and_no_denials()
    {
        var unit = await Assert.ThrowsAsync<CyclesException>(async () =>
            await Client.TryReserveAsync(Work, Amount.Usd(1))
        );
        Ledger.Administer("empty");
        var elsewhere = new CyclesClient(Ledger.ForTenant("empty"));
        var missing = await Assert.ThrowsAsync<CyclesException>(async () =>
            await elsewhere.TryReserveAsync(Work, Tokens(1))
        );
        elsewhere.Dispose();

        Assert.Multiple(() =>
        {
            Assert.That(unit!.Code, Is.EqualTo(ErrorCode.UnitMismatch));
            Assert.That(unit.Status, Is.EqualTo(400));
            Assert.That(missing!.Code, Is.EqualTo(ErrorCode.NotFound));
            Assert.That(missing.Status, Is.EqualTo(404));
            Assert.That(missing.IsTransient, Is.False);
            Assert.That(missing.Details, Is.Not.Null);
        });
    }

    [Test]
    public async Task Another_tenant_is_asked_in_its_own_name()
    {
        var thrown = await Assert.ThrowsAsync<CyclesException>(async () =>
            await Client.ReserveAsync(Work, Tokens(1), new() { Subject = new() { Tenant = "other" } })
        );
        Assert.That(thrown!.Code, Is.EqualTo(ErrorCode.NotFound), "it has no budget");
        Assert.That(Authority.Count(), Is.Zero, "this tenant's authority was not asked");
    }

    [TestCase(400, "INVALID_REQUEST")]
    [TestCase(401, "UNAUTHORIZED")]
    [TestCase(404, "NOT_FOUND")]
    [TestCase(409, "IDEMPOTENCY_MISMATCH")]
    [TestCase(409, "SOMETHING_NEW")]
    [TestCase(418, null)]
    [TestCase(429, "LIMIT_EXCEEDED")]
    public async Task A_refusal_surfaces_at_once(int status, string? code)
    {
        Authority.Always(Operation.Create, Fault.Refused(status, code, TimeSpan.FromSeconds(3)));
        var thrown = await Assert.ThrowsAsync<CyclesException>(async () => await Client.ReserveAsync(Work, Tokens(1)));
        Assert.Multiple(() =>
        {
            Assert.That(thrown!.Status, Is.EqualTo(status));
            Assert.That(thrown.RawCode, Is.EqualTo(code));
            Assert.That(thrown.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(3)));
            Assert.That(thrown.IsTransient, Is.EqualTo(status == 429));
            Assert.That(Authority.Count(Operation.Create), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task An_unknown_outcome_is_asked_again_once_with_the_same_request([Values] bool byError)
    {
        Authority.Next(Operation.Create, byError ? Fault.Refused(503, "BUDGET_EXCEEDED") : Fault.LostAfter);
#pragma warning disable CYC004 // Only the reserve is looked at; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
#pragma warning restore CYC004

        var requests = Authority.Requests<ReservationCreateRequest>(Operation.Create);
        Assert.That(requests, Has.Count.EqualTo(2));
        Assert.That(requests[1], Is.SameAs(requests[0]));
        Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Tokens(100)));
    }

    [Test]
    public async Task A_second_unknown_outcome_surfaces()
    {
        Authority.Always(Operation.Create, Fault.LostBefore);
        var lost = await Assert.ThrowsAsync<CyclesTransportException>(async () =>
            await Client.ReserveAsync(Work, Tokens(1))
        );
        Authority.Always(Operation.Create, Fault.Refused(500, "INTERNAL_ERROR"));
        var failed = await Assert.ThrowsAsync<CyclesException>(async () => await Client.ReserveAsync(Work, Tokens(1)));

        Assert.Multiple(() =>
        {
            Assert.That(lost!.IsTransient, Is.True);
            Assert.That(failed!.IsTransient, Is.True);
            Assert.That(failed.Status, Is.EqualTo(500));
            Assert.That(Authority.Count(Operation.Create), Is.EqualTo(4));
        });
    }

    [Test]
    public async Task An_answer_that_allows_without_a_reservation_id_is_an_unknown_outcome()
    {
        Authority.Always(
            Operation.Create,
            new Fault { Mangled = answer => (ReservationCreateResponse)answer with { ReservationId = "" } }
        );
        await Assert.ThrowsAsync<CyclesTransportException>(async () => await Client.ReserveAsync(Work, Tokens(1)));
        Assert.That(Authority.Count(Operation.Create), Is.EqualTo(2));
        HoldsExpire();
    }

    [Test]
    public async Task Disposing_an_attempt_disposes_its_guard([Values] bool asynchronously)
    {
        var attempt = await Client.TryReserveAsync(Work, Tokens(100));
        Assert.That(attempt.Denial, Is.Null);
        if (asynchronously)
        {
            await attempt.DisposeAsync();
        }
        else
        {
            attempt.Dispose();
        }

        Assert.That(Authority.Count(Operation.Release), Is.EqualTo(1));
    }

    [Test]
    public async Task Options_reach_the_authority()
    {
        await using var client = NewClient(o =>
        {
            o.Ttl = TimeSpan.FromSeconds(30);
            o.GracePeriod = TimeSpan.FromSeconds(2);
            o.OveragePolicy = CommitOveragePolicy.Reject;
        });
#pragma warning disable CYC004 // Only the requests are looked at; nothing runs that could cost something.
        await using var byClient = await client.ReserveAsync(Work, Tokens(1));
        await using var byCall = await client.ReserveAsync(
            Work,
            Tokens(1),
            new()
            {
                Ttl = TimeSpan.FromSeconds(40),
                GracePeriod = TimeSpan.Zero,
                OveragePolicy = CommitOveragePolicy.AllowWithOverdraft,
                IdempotencyKey = "mine",
            }
        );
        await using var plain = await Client.ReserveAsync(Work, Tokens(1));
#pragma warning restore CYC004

        var requests = Authority.Requests<ReservationCreateRequest>(Operation.Create);
        Assert.Multiple(() =>
        {
            Assert.That(requests[0].TtlMs, Is.EqualTo(30_000));
            Assert.That(requests[0].GracePeriodMs, Is.EqualTo(2_000));
            Assert.That(requests[0].OveragePolicy, Is.EqualTo(CommitOveragePolicy.Reject));
            Assert.That(requests[1].TtlMs, Is.EqualTo(40_000));
            Assert.That(requests[1].GracePeriodMs, Is.Zero);
            Assert.That(requests[1].OveragePolicy, Is.EqualTo(CommitOveragePolicy.AllowWithOverdraft));
            Assert.That(requests[1].IdempotencyKey, Is.EqualTo("mine"));
            Assert.That(requests[2].TtlMs, Is.EqualTo(60_000));
            Assert.That(requests[2].GracePeriodMs, Is.Null);
            Assert.That(requests[2].OveragePolicy, Is.Null);
        });
    }

    [Test]
    public void Keys_are_distinct_version_4_UUIDs()
    {
        var keys = Enumerable.Range(0, 1_000).Select(_ => IdempotencyKeys.New()).ToArray();
        Assert.That(keys, Is.Unique);
        Assert.That(keys, Has.All.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"));
    }

    [Test]
    public async Task Each_operation_has_a_key_of_its_own()
    {
        Spends(2);
        for (var i = 0; i < 2; i++)
        {
            await using var guard = await Client.ReserveAsync(Work, Tokens(1));
            await guard.CommitAsync(Tokens(1));
        }

        Assert.That(Keys(Operation.Create).Concat(Keys(Operation.Commit)), Is.Unique);
    }
}
