using static Cycles.Authority.Tests.Book;

namespace Cycles.Authority.Tests;

public sealed class ReserveRulesTests
{
    private static readonly object?[][] Checks =
    [
        [With(100), 100L, null],
        [With(100), 101L, ErrorCode.BudgetExceeded],
        [With(0), 0L, null],
        [With(-1, debt: 1, limit: 5), 0L, ErrorCode.BudgetExceeded],
        [With(100, debt: 5, limit: 5), 100L, null],
        [With(100, debt: 6, limit: 5), 100L, null],
        [With(100, debt: 1), 1L, ErrorCode.DebtOutstanding],
        [With(100, debt: 1, over: true), 1L, ErrorCode.OverdraftLimitExceeded],
        [With(100, over: true), 0L, ErrorCode.OverdraftLimitExceeded],
        [With(0, over: true, debt: 1, status: BudgetStatus.Closed), 1L, ErrorCode.BudgetClosed],
        [With(0, over: true, debt: 1, status: BudgetStatus.Frozen), 1L, ErrorCode.BudgetFrozen],
        [With(0, debt: 1), 1L, ErrorCode.DebtOutstanding],
        [With(Most), Most, null],
        [With(Most - 1, reserved: 1), Most, ErrorCode.BudgetExceeded],
    ];

    [TestCaseSource(nameof(Checks))]
    public void One_scope_is_checked_in_order(object budget, long estimate, object? expected)
    {
        BudgetState[] scopes = [(BudgetState)budget];

        var refusal = ReserveRules.Hold(scopes, estimate);

        var before = (BudgetState)budget;
        var after = expected is null ? before with { Reserved = before.Reserved + estimate } : before;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.Code, Is.EqualTo((ErrorCode?)expected ?? ErrorCode.Unknown));
            Assert.That(scopes[0], Is.EqualTo(after));
        }
    }

    [Test]
    public void The_first_scope_that_fails_wins_and_none_changes()
    {
        BudgetState[] scopes = [With(100), With(5), With(100, status: BudgetStatus.Frozen), With(100, over: true)];
        var before = scopes.ToArray();

        var refusal = ReserveRules.Hold(scopes, 10);

        Assert.That((refusal.Code, refusal.Scope), Is.EqualTo((ErrorCode.BudgetExceeded, 1)));
        Assert.That(refusal.State, Is.EqualTo(before[1]));
        Assert.That(scopes, Is.EqualTo(before));
    }
}
