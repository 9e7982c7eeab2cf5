using static Cycles.Authority.Tests.Book;

namespace Cycles.Authority.Tests;

public sealed class CapsAndReleaseRulesTests
{
    private static readonly object?[][] Thresholds =
    [
        [With(100), null, true],
        [With(20, spent: 80), 20, true],
        [With(21, spent: 79), 20, false],
        [With(0, spent: 100), 0, true],
        [With(1, spent: 99), 0, false],
        [With(100), 100, true],
        [With(-5, debt: 105), 0, true],
        [With(0), 0, true],
        // In 64 bits the products would overflow.
        [With(Most), 50, false],
        [With(Most / 2, spent: Most - (Most / 2)), 50, true],
        [With((Most / 2) + 1, spent: Most - (Most / 2) - 1), 50, false],
    ];

    [TestCaseSource(nameof(Thresholds))]
    public void Caps_apply_at_their_share_of_the_allocation(object held, int? percent, bool applies) =>
        Assert.That(CapsRules.Applies((BudgetState)held, percent), Is.EqualTo(applies));

    [Test]
    public void A_release_gives_the_whole_estimate_back_on_every_scope()
    {
        BudgetState[] scopes = [With(5, reserved: 10, spent: 3), With(-4, reserved: 25, debt: 2, over: true)];

        ReleaseRules.Release(scopes, 10);

        Assert.That(scopes, Is.EqualTo([With(15, spent: 3), With(6, reserved: 15, debt: 2, over: true)]));
    }
}
