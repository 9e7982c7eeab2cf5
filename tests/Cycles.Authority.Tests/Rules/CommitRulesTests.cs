using static Cycles.Authority.Tests.Book;

namespace Cycles.Authority.Tests;

public sealed class CommitRulesTests
{
    private const CommitOveragePolicy IfAvailable = CommitOveragePolicy.AllowIfAvailable;
    private const CommitOveragePolicy Overdraft = CommitOveragePolicy.AllowWithOverdraft;

    [TestCase(0)]
    [TestCase(60)]
    [TestCase(100)]
    public void Up_to_the_estimate_every_policy_charges_the_actual(long actual)
    {
        foreach (var policy in Enum.GetValues<CommitOveragePolicy>())
        {
            BudgetState[] scopes = [With(5, reserved: 100), With(-7, reserved: 150, spent: 3, debt: 9, over: true)];

            var refusal = CommitRules.Commit(scopes, 100, actual, policy, out var charged);

            using (Assert.EnterMultipleScope())
            {
                Assert.That(refusal.IsNone, Is.True);
                Assert.That(charged, Is.EqualTo(actual));
                Assert.That(scopes[0], Is.EqualTo(With(105 - actual, spent: actual)));
                Assert.That(
                    scopes[1],
                    Is.EqualTo(With(93 - actual, reserved: 50, spent: 3 + actual, debt: 9, over: true))
                );
            }
        }
    }

    [Test]
    public void Reject_names_the_scope_with_the_least_left()
    {
        BudgetState[] scopes = [With(50, reserved: 10), With(40, reserved: 10), With(60, reserved: 10)];

        var refusal = CommitRules.Commit(scopes, 10, 11, CommitOveragePolicy.Reject, out _);

        Assert.That((refusal.Code, refusal.Scope), Is.EqualTo((ErrorCode.BudgetExceeded, 1)));
    }

    // Remaining, spent, debt, limit and flag before -> spent, debt and flag after; all with e = 10 held and a = 30.
    private static readonly object[][] Overages =
    [
        // policy, scopes before, charged, scopes after
        [IfAvailable, new[] { With(20, 10) }, 30L, new[] { With(0, 0, 30) }],
        [IfAvailable, new[] { With(19, 10) }, 29L, new[] { With(0, 0, 29, over: true) }],
        [IfAvailable, new[] { With(0, 10) }, 10L, new[] { With(0, 0, 10, over: true) }],
        [IfAvailable, new[] { With(-5, 10, 0, 5, 100) }, 10L, new[] { With(-5, 0, 10, 5, 100, over: true) }],
        [
            IfAvailable,
            new[] { With(20, 10), With(7, 10), With(19, 10), With(500, 10) },
            17L,
            new[] { With(13, 0, 17), With(0, 0, 17, over: true), With(12, 0, 17, over: true), With(493, 0, 17) },
        ],
        [IfAvailable, new[] { With(100, 10, over: true) }, 30L, new[] { With(80, 0, 30, over: true) }],
        [Overdraft, new[] { With(20, 10, limit: 5) }, 30L, new[] { With(0, 0, 30, limit: 5) }],
        [Overdraft, new[] { With(12, 10, limit: 8) }, 30L, new[] { With(-8, 0, 22, 8, 8) }],
        [Overdraft, new[] { With(12, 10, limit: 7) }, null!, Array.Empty<BudgetState>()],
        [Overdraft, new[] { With(-3, 10, 0, 3, 23) }, 30L, new[] { With(-23, 0, 10, 23, 23) }],
        [Overdraft, new[] { With(-3, 10, 0, 3, 22) }, null!, Array.Empty<BudgetState>()],
        [
            Overdraft,
            new[] { With(12, 10, limit: 100), With(20, 10), With(0, 10, limit: 20) },
            30L,
            new[] { With(-8, 0, 22, 8, 100), With(0, 0, 30), With(-20, 0, 10, 20, 20) },
        ],
        [
            Overdraft,
            new[] { With(12, 10, limit: 2), With(14, 10), With(15, 10), With(20, 10) },
            24L,
            new[] { With(-2, 0, 22, 2, 2), With(0, 0, 24, over: true), With(1, 0, 24, over: true), With(6, 0, 24) },
        ],
        // Nothing can be charged where one scope may not owe and has nothing: then no limit can be passed.
        [
            Overdraft,
            new[] { With(-50, 10, 0, 50, 40), With(-2, 10, 2) },
            10L,
            new[] { With(-50, 0, 10, 50, 40), With(-2, 0, 12, over: true) },
        ],
        [Overdraft, new[] { With(5, 10) }, 15L, new[] { With(0, 0, 15, over: true) }],
    ];

    [TestCaseSource(nameof(Overages))]
    public void Above_the_estimate_the_policy_decides(object policy, object before, long? expected, object after)
    {
        var scopes = ((BudgetState[])before).ToArray();

        var refusal = CommitRules.Commit(scopes, 10, 30, (CommitOveragePolicy)policy, out var charged);

        if (expected is null)
        {
            Assert.That(refusal.Code, Is.EqualTo(ErrorCode.OverdraftLimitExceeded));
            return;
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.IsNone, Is.True);
            Assert.That(charged, Is.EqualTo(expected));
            Assert.That(scopes, Is.EqualTo((BudgetState[])after));
        }
    }

    [Test]
    public void A_charge_that_overflows_the_last_scope_is_refused_there()
    {
        BudgetState[] scopes = [With(100, reserved: 10), new(0, 10, Most - 5, 0, 0, false, BudgetStatus.Active)];

        var refusal = CommitRules.Commit(scopes, 10, 10, IfAvailable, out _);

        Assert.That((refusal.Code, refusal.Scope), Is.EqualTo((ErrorCode.InvalidRequest, 1)));
    }

    [TestCase(15, ErrorCode.Unknown)]
    [TestCase(25, ErrorCode.InvalidRequest)]
    [TestCase(35, ErrorCode.OverdraftLimitExceeded)]
    public void Debt_near_the_largest_number_is_exact_or_refused(long actual, ErrorCode expected)
    {
        BudgetState[] scopes = [new(0, 10, 0, Most - 20, Most, false, BudgetStatus.Active)];

        var refusal = CommitRules.Commit(scopes, 10, actual, Overdraft, out _);

        Assert.That(refusal.Code, Is.EqualTo(expected));
        if (refusal.IsNone)
        {
            Assert.That((scopes[0].Debt, scopes[0].Spent), Is.EqualTo((Most - 15, 10L)));
        }
    }

    [Test]
    public void A_remainder_that_leaves_64_bits_is_refused()
    {
        BudgetState[] scopes = [new(0, 10, Most, 0, Most, false, BudgetStatus.Active)];

        var refusal = CommitRules.Commit(scopes, 10, Most, Overdraft, out _);

        Assert.That((refusal.Code, refusal.Scope), Is.EqualTo((ErrorCode.InvalidRequest, 0)));
    }

    [Test]
    public void The_largest_overdraft_is_exact()
    {
        BudgetState[] scopes = [With(0, reserved: 10, limit: Most)];

        var refusal = CommitRules.Commit(scopes, 10, Most, Overdraft, out var charged);

        Assert.That(refusal.IsNone, Is.True);
        Assert.That(charged, Is.EqualTo(Most));
        Assert.That(scopes[0], Is.EqualTo(new BudgetState(10, 0, 10, Most - 10, Most, false, BudgetStatus.Active)));
    }
}
