using System.Globalization;

namespace Cycles.Protocol.Tests;

public sealed class AmountTests
{
    private const string Most = "92233720368.54775807";

    [TestCase("0", 0)]
    [TestCase("0.00000001", 1)]
    [TestCase("0.01", 1_000_000)]
    [TestCase("1.50", 150_000_000)]
    [TestCase("1.5000000000000000000000000000", 150_000_000)]
    [TestCase("0.1", 10_000_000)]
    [TestCase(Most, long.MaxValue)]
    [TestCase("-0.00000001", -1)]
    [TestCase("-" + Most, -long.MaxValue)]
    public void Dollars_are_exact_to_the_microcent(string dollars, long microcents) =>
        Assert.That(
            Amount.Usd(decimal.Parse(dollars, CultureInfo.InvariantCulture)),
            Is.EqualTo(new Amount(AmountUnit.UsdMicrocents, microcents))
        );

    [TestCase("0.000000001")]
    [TestCase("1.000000005")]
    [TestCase("-0.000000001")]
    [TestCase("92233720368.5477580699999999")]
    public void A_fraction_of_a_microcent_is_refused_rather_than_rounded(string dollars)
    {
        var refusal = Assert.Throws<ArgumentOutOfRangeException>(() =>
            Amount.Usd(decimal.Parse(dollars, CultureInfo.InvariantCulture))
        );

        Assert.That(refusal.ParamName, Is.EqualTo("dollars"));
        Assert.That(refusal.Message, Does.Contain("eight decimal places").And.Contain("Round it"));
    }

    [TestCase("92233720368.54775808")]
    [TestCase("79228162514264337593543950335")]
    [TestCase("-92233720368.54775808")]
    public void Dollars_that_do_not_fit_are_refused_with_the_bound(string dollars)
    {
        var refusal = Assert.Throws<ArgumentOutOfRangeException>(() =>
            Amount.Usd(decimal.Parse(dollars, CultureInfo.InvariantCulture))
        );

        Assert.That(refusal.ParamName, Is.EqualTo("dollars"));
        Assert.That(refusal.Message, Does.Contain(Most));
    }

    [Test]
    public void Each_helper_counts_in_its_own_unit()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Amount.UsdMicrocents(7), Is.EqualTo(new Amount(AmountUnit.UsdMicrocents, 7)));
            Assert.That(Amount.Tokens(7), Is.EqualTo(new Amount(AmountUnit.Tokens, 7)));
            Assert.That(Amount.Credits(7), Is.EqualTo(new Amount(AmountUnit.Credits, 7)));
            Assert.That(Amount.RiskPoints(7), Is.EqualTo(new Amount(AmountUnit.RiskPoints, 7)));
            Assert.That(Amount.Tokens(7), Is.Not.EqualTo(Amount.Credits(7)));
        }
    }

    [Test]
    public void Text_is_the_number_and_the_wire_name_in_any_culture()
    {
        using var culture = new CultureScope("sv-SE");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Amount.Usd(0.005m).ToString(), Is.EqualTo("500000 USD_MICROCENTS"));
            Assert.That(Amount.RiskPoints(-3).ToString(), Is.EqualTo("-3 RISK_POINTS"));
            Assert.That(new SignedAmount(AmountUnit.Tokens, -120_000).ToString(), Is.EqualTo("-120000 TOKENS"));
            Assert.That(default(Amount).ToString(), Is.EqualTo("0 (Unset)"));
        }
    }
}
