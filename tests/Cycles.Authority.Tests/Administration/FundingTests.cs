using Microsoft.Extensions.Time.Testing;

namespace Cycles.Authority.Tests;

public sealed class FundingTests
{
    private const string Scope = "tenant:acme";

    private readonly FakeTimeProvider _clock = new();
    private EmbeddedAuthority _authority = null!;
    private TenantAdministration _operator = null!;

    [SetUp]
    public void OneBudget()
    {
        _authority = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = _clock });
        _operator = _authority.Administer("acme").Budget(Scope, Amount.Tokens(100));
    }

    private async Task<string> HoldAsync(long estimate)
    {
        var held = await _authority
            .ForTenant("acme")
            .CreateReservationAsync(RetentionWorld.Reserve() with { Estimate = Amount.Tokens(estimate) });
        return held.Value!.ReservationId!;
    }

    private async Task OweAsync(long amount)
    {
        _operator.SetOverdraftLimit(Scope, Amount.Tokens(long.MaxValue));
        await _authority
            .ForTenant("acme")
            .CreateEventAsync(
                RetentionWorld.Event(Guid.NewGuid().ToString()) with
                {
                    Actual = Amount.Tokens(amount),
                    OveragePolicy = CommitOveragePolicy.AllowWithOverdraft,
                }
            );
    }

    private LedgerRow Ledger() => LedgerRow.Of(_operator.Unfreeze(Scope, AmountUnit.Tokens));

    [Test]
    public void Credit_adds_to_the_allocation()
    {
        var balance = _operator.Credit(Scope, Amount.Tokens(50));

        Assert.That(balance.Allocated, Is.EqualTo(Amount.Tokens(150)));
        Assert.That(LedgerRow.Of(balance), Is.EqualTo(new LedgerRow(150, 0, 0)));
    }

    [Test]
    public async Task Credit_and_repayment_clear_debt_first()
    {
        await OweAsync(170);

        Assert.That(
            LedgerRow.Of(_operator.Credit(Scope, Amount.Tokens(30))),
            Is.EqualTo(new LedgerRow(-40, 0, 100, 40))
        );
        var repaid = _operator.RepayDebt(Scope, Amount.Tokens(65));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(LedgerRow.Of(repaid), Is.EqualTo(new LedgerRow(25, 0, 100)));
            Assert.That(repaid.Allocated, Is.EqualTo(Amount.Tokens(125)));
        }
    }

    [Test]
    public async Task Debit_takes_only_what_remains()
    {
        await HoldAsync(60);

        var refused = Refused(() => _operator.Debit(Scope, Amount.Tokens(41)), 409, ErrorCode.BudgetExceeded);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Message, Does.Contain(Scope).And.Contain("41 TOKENS").And.Contain("40 left"));
            Assert.That(Ledger(), Is.EqualTo(new LedgerRow(40, 60, 0)));
            Assert.That(LedgerRow.Of(_operator.Debit(Scope, Amount.Tokens(40))), Is.EqualTo(new LedgerRow(0, 60, 0)));
        }
    }

    [Test]
    public async Task Reset_keeps_what_is_spent_and_reserved_and_may_leave_less_than_nothing()
    {
        await HoldAsync(60);
        await OweAsync(30);

        Assert.That(LedgerRow.Of(_operator.Reset(Scope, Amount.Tokens(50))), Is.EqualTo(new LedgerRow(-40, 60, 30)));
    }

    [Test]
    public async Task Reset_of_the_spent_begins_a_new_period_and_keeps_holds_and_debt()
    {
        await HoldAsync(60);
        await OweAsync(70);

        var fresh = _operator.ResetSpent(Scope, Amount.Tokens(500));
        Assert.That(LedgerRow.Of(fresh), Is.EqualTo(new LedgerRow(410, 60, 0, 30)));
        var given = _operator.ResetSpent(Scope, Amount.Tokens(500), Amount.Tokens(11));
        Assert.That(LedgerRow.Of(given), Is.EqualTo(new LedgerRow(399, 60, 11, 30)));
    }

    [Test]
    public async Task A_hold_made_before_a_reset_settles_after_it()
    {
        var held = await HoldAsync(60);
        _operator.ResetSpent(Scope, Amount.Tokens(10));

        var commit = await _authority
            .ForTenant("acme")
            .CommitReservationAsync(held, RetentionWorld.Commit() with { Actual = Amount.Tokens(60) });

        Assert.That(commit.IsSuccess, Is.True);
        Assert.That(Ledger(), Is.EqualTo(new LedgerRow(-50, 0, 60)));
    }

    [Test]
    public async Task The_flag_goes_with_a_fund_operation_and_not_with_a_release()
    {
        var held = await HoldAsync(50);
        await _authority
            .ForTenant("acme")
            .CreateEventAsync(RetentionWorld.Event("e") with { Actual = Amount.Tokens(60) });
        await _authority.ForTenant("acme").ReleaseReservationAsync(held, new ReleaseRequest { IdempotencyKey = "r" });
        Assert.That(Ledger().IsOverLimit, Is.True);

        Assert.That(_operator.Credit(Scope, Amount.Tokens(0)).IsOverLimit, Is.False);
    }

    [Test]
    public async Task The_flag_follows_a_change_of_the_limit()
    {
        await OweAsync(150);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(_operator.SetOverdraftLimit(Scope, Amount.Tokens(49)).IsOverLimit, Is.True);
            Assert.That(_operator.SetOverdraftLimit(Scope, Amount.Tokens(50)).IsOverLimit, Is.False);
        }
    }

    [Test]
    public void An_overflow_changes_nothing_and_names_amount_scope_and_bound()
    {
        var error = Refused(() => _operator.Credit(Scope, Amount.Tokens(long.MaxValue)), 400, ErrorCode.InvalidRequest);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                error.Message,
                Does.Contain("9223372036854775807 TOKENS").And.Contain(Scope).And.Contain("at most 9223372036854775807")
            );
            Assert.That(Ledger(), Is.EqualTo(new LedgerRow(100, 0, 0)));
        }
    }

    [Test]
    public void A_repeat_under_its_key_gives_the_same_balance_and_does_nothing()
    {
        var first = _operator.Credit(Scope, Amount.Tokens(50), "key");
        _operator.Debit(Scope, Amount.Tokens(10));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(_operator.Credit(Scope, Amount.Tokens(50), "key"), Is.EqualTo(first));
            Assert.That(Ledger().Remaining, Is.EqualTo(140));
        }
    }

    [Test]
    public void A_repeat_under_its_key_answers_on_a_frozen_budget_and_for_a_closed_tenant()
    {
        var first = _operator.Credit(Scope, Amount.Tokens(50), "key");
        _operator.Freeze(Scope, AmountUnit.Tokens);
        Assert.That(_operator.Credit(Scope, Amount.Tokens(50), "key"), Is.EqualTo(first));

        _operator.CloseTenant();
        Assert.That(_operator.Credit(Scope, Amount.Tokens(50), "key"), Is.EqualTo(first));
        Refused(() => _operator.Credit(Scope, Amount.Tokens(50), "new"), 409, ErrorCode.TenantClosed);
    }

    [Test]
    public void A_key_with_another_amount_operation_or_spent_is_a_mismatch()
    {
        _operator.Credit(Scope, Amount.Tokens(50), "key");
        _operator.ResetSpent(Scope, Amount.Tokens(150), Amount.Tokens(0), "reset");

        Refused(() => _operator.Credit(Scope, Amount.Tokens(51), "key"), 409, ErrorCode.IdempotencyMismatch);
        Refused(() => _operator.RepayDebt(Scope, Amount.Tokens(50), "key"), 409, ErrorCode.IdempotencyMismatch);
        Refused(
            () => _operator.ResetSpent(Scope, Amount.Tokens(150), Amount.Tokens(1), "reset"),
            409,
            ErrorCode.IdempotencyMismatch
        );
        Assert.That(Ledger(), Is.EqualTo(new LedgerRow(150, 0, 0)));
    }

    [Test]
    public void A_key_is_one_budgets_own()
    {
        const string Other = "tenant:acme/app:a";
        _operator.Budget(Other, Amount.Tokens(1)).Budget(Scope, Amount.Credits(1));

        _operator.Credit(Scope, Amount.Tokens(5), "key");
        var other = _operator.Credit(Other, Amount.Tokens(6), "key");
        var credits = _operator.Credit(Scope, Amount.Credits(7), "key");

        Assert.That((other.Remaining.Value, credits.Remaining.Value), Is.EqualTo((7L, 8L)));
    }

    [Test]
    public void A_key_is_remembered_for_a_day()
    {
        _operator.Credit(Scope, Amount.Tokens(5), "key");

        _clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        _operator.Credit(Scope, Amount.Tokens(5), "key");
        Assert.That(Ledger().Remaining, Is.EqualTo(105));

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _operator.Credit(Scope, Amount.Tokens(5), "key");
        Assert.That(Ledger().Remaining, Is.EqualTo(110));
    }

    [Test]
    public void A_refused_operation_does_not_use_up_its_key()
    {
        Refused(() => _operator.Debit(Scope, Amount.Tokens(101), "key"), 409, ErrorCode.BudgetExceeded);

        Assert.That(_operator.Debit(Scope, Amount.Tokens(1), "key").Remaining.Value, Is.EqualTo(99));
    }

    private static CyclesError Refused(Action act, int status, ErrorCode code)
    {
        var error = Assert.Throws<AdministrationException>(() => act())!.Error;
        Assert.That((error.Status, error.Code), Is.EqualTo((status, code)), error.Message);
        return error;
    }
}
