using static Cycles.Authority.Tests.Book;

namespace Cycles.Authority.Tests;

public sealed class EventRulesTests
{
    [TestCase(10, ErrorCode.Unknown)]
    [TestCase(11, ErrorCode.BudgetExceeded)]
    public void Reject_needs_the_whole_amount_on_every_scope(long amount, ErrorCode expected)
    {
        BudgetState[] scopes = [With(50, debt: 3, over: true), With(10)];

        var refusal = EventRules.Charge(scopes, amount, CommitOveragePolicy.Reject, out var charged);

        Assert.That(refusal.Code, Is.EqualTo(expected));
        if (refusal.IsNone)
        {
            Assert.That(charged, Is.EqualTo(10));
            Assert.That(scopes, Is.EqualTo([With(40, spent: 10, debt: 3, over: true), With(0, spent: 10)]));
        }
    }

    [Test]
    public void Status_goes_before_money_and_the_outermost_scope_first([Values] CommitOveragePolicy policy)
    {
        BudgetState[] scopes = [With(50), With(0, status: BudgetStatus.Closed), With(0, status: BudgetStatus.Frozen)];

        var refusal = EventRules.Charge(scopes, 1, policy, out _);

        Assert.That((refusal.Code, refusal.Scope), Is.EqualTo((ErrorCode.BudgetClosed, 1)));
    }

    [Test]
    public void If_available_charges_what_is_there()
    {
        BudgetState[] scopes = [With(50), With(8, spent: 1)];

        EventRules.Charge(scopes, 20, CommitOveragePolicy.AllowIfAvailable, out var charged);

        Assert.That(charged, Is.EqualTo(8));
        Assert.That(scopes, Is.EqualTo([With(42, spent: 8), With(0, spent: 9, over: true)]));
    }

    [Test]
    public void Overdraft_owes_the_unfunded_part()
    {
        BudgetState[] scopes = [With(50), With(8, debt: 1, limit: 13)];

        EventRules.Charge(scopes, 20, CommitOveragePolicy.AllowWithOverdraft, out var charged);

        Assert.That(charged, Is.EqualTo(20));
        Assert.That(scopes, Is.EqualTo([With(30, spent: 20), With(-12, spent: 8, debt: 13, limit: 13)]));
    }

    [Test]
    public void The_largest_amount_under_reject_is_exact()
    {
        BudgetState[] scopes = [With(Most)];

        var refusal = EventRules.Charge(scopes, Most, CommitOveragePolicy.Reject, out _);

        Assert.That(refusal.IsNone, Is.True);
        Assert.That(scopes[0], Is.EqualTo(new BudgetState(Most, 0, Most, 0, 0, false, BudgetStatus.Active)));
    }
}
