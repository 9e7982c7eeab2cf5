using static Cycles.Authority.Tests.Book;

namespace Cycles.Authority.Tests;

public sealed class FundingRulesTests
{
    // 100 allocated, 40 spent, 30 reserved; with or without debt. What is left follows.
    private static BudgetState Budget(long debt = 0, long limit = 0, bool over = false) =>
        new(100, 30, 40, debt, limit, over, BudgetStatus.Active);

    private static readonly object?[][] Operations =
    [
        [FundOperation.Credit, 20L, null, Budget(), Budget() with { Allocated = 120 }],
        [FundOperation.Credit, 20L, null, Budget(debt: 50), Budget(debt: 30, over: true)],
        [FundOperation.Credit, 20L, null, Budget(debt: 20, over: true), Budget()],
        [FundOperation.Credit, 25L, null, Budget(debt: 20), Budget() with { Allocated = 105 }],
        [FundOperation.Credit, 0L, null, Budget(over: true), Budget()],
        [FundOperation.RepayDebt, 20L, null, Budget(debt: 50, limit: 30), Budget(debt: 30, limit: 30)],
        [FundOperation.RepayDebt, 25L, null, Budget(debt: 20), Budget() with { Allocated = 105 }],
        [FundOperation.Debit, 30L, null, Budget(), Budget() with { Allocated = 70 }],
        [FundOperation.Debit, 31L, null, Budget(), null],
        [FundOperation.Debit, 0L, null, Budget(debt: 31, limit: 99), null],
        [FundOperation.Reset, 500L, null, Budget(debt: 5), Budget(debt: 5, over: true) with { Allocated = 500 }],
        [FundOperation.Reset, 0L, null, Budget(), Budget() with { Allocated = 0 }],
        [FundOperation.ResetSpent, 500L, null, Budget(), Budget() with { Allocated = 500, Spent = 0 }],
        [
            FundOperation.ResetSpent,
            500L,
            7L,
            Budget(debt: 9),
            Budget(debt: 9, over: true) with
            {
                Allocated = 500,
                Spent = 7,
            },
        ],
        [FundOperation.Credit, Most - 100, null, Budget(), Budget() with { Allocated = Most }],
        [FundOperation.Credit, Most - 99, null, Budget(), null],
        [FundOperation.ResetSpent, 0L, Most, Budget(debt: 2), null],
    ];

    [TestCaseSource(nameof(Operations))]
    public void Each_operation_does_its_arithmetic(
        object operation,
        long amount,
        long? spent,
        object before,
        object? after
    )
    {
        var refusal = FundingRules.Apply(
            (BudgetState)before,
            new FundingRequest((FundOperation)operation, amount, spent),
            out var funded
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.IsNone, Is.EqualTo(after is not null));
            Assert.That(funded, Is.EqualTo(after ?? before));
        }
    }

    [Test]
    public void Frozen_and_closed_budgets_refuse_every_operation()
    {
        foreach (var operation in Enum.GetValues<FundOperation>())
        {
            var request = new FundingRequest(operation, 1);
            var frozen = FundingRules.Apply(Budget() with { Status = BudgetStatus.Frozen }, request, out _);
            var closed = FundingRules.Apply(Budget() with { Status = BudgetStatus.Closed }, request, out _);
            Assert.That(
                (frozen.Code, closed.Code),
                Is.EqualTo((ErrorCode.BudgetFrozen, ErrorCode.BudgetClosed)),
                operation.ToString()
            );
        }
    }

    [TestCase(4, 5, false)]
    [TestCase(5, 5, false)]
    [TestCase(6, 5, true)]
    public void Debt_equal_to_the_limit_is_not_over_it(long debt, long limit, bool over)
    {
        foreach (var flagged in new[] { false, true })
        {
            Assert.That(FundingRules.Recompute(Budget(debt, limit, flagged)).IsOverLimit, Is.EqualTo(over));
        }
    }
}
