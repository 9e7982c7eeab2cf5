using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Cycles.Extensions.AI.Tests.Prices;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PriceTableTests
{
    private readonly PriceTable _table = new();

    [TestCase(0, 0, 0, 0)]
    [TestCase(1, 0, 0, 300)]
    [TestCase(1, 1, 0, 1_800)]
    [TestCase(10, 0, 4, 6 * 300 + 4 * 30)]
    public void Tokens_cost_their_share_of_a_million(long input, long output, long cached, long microcents) =>
        Assert.That(
            new ModelPrice(3, 15, 0.3m).CostOf(input, output, cached),
            Is.EqualTo(Amount.UsdMicrocents(microcents))
        );

    [TestCase(1, 0, 1)]
    [TestCase(2, 0, 1)]
    [TestCase(3, 0, 2)]
    [TestCase(1, 1, 1)]
    [TestCase(100, 100, 80)]
    public void What_is_summed_exactly_is_rounded_up_once(long input, long output, long microcents)
    {
        // 0.5 microcents an input token, 0.3 an output token.
        var price = new ModelPrice(0.005m, 0.003m);

        Assert.That(price.CostOf(input, output), Is.EqualTo(Amount.UsdMicrocents(microcents)));
    }

    [Test]
    public void A_cost_beyond_all_amounts_is_the_highest_amount([Values(1, 100)] decimal factor) =>
        Assert.That(
            new ModelPrice(1_000_000, 1_000_000).CostOf(new(long.MaxValue, long.MaxValue, long.MaxValue), factor),
            Is.EqualTo(Amount.UsdMicrocents(long.MaxValue))
        );

    [TestCase(-1)]
    [TestCase(1_000_001)]
    public void A_price_out_of_its_bounds_is_refused(int price) =>
        Assert.Multiple(() =>
        {
            Assert.That(() => _table.Add("m", price, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => _table.Add("m", 1, price), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => _table.Add("m", 1, 1, price), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(_table.Find("m"), Is.Null);
        });

    [Test]
    public void A_model_without_a_price_has_none() => Assert.That(_table.Find("m"), Is.Null);

    [TestCase("gpt-4o", 1)]
    [TestCase("gpt-4o-mini", 2)]
    [TestCase("gpt-4o-mini-2024", 3)]
    [TestCase("gpt-4o-2024", 4)]
    [TestCase("gpt-5", 5)]
    [TestCase("GPT-5", 6)]
    [TestCase("my-deployment", 2)]
    [TestCase("their-deployment", 4)]
    [TestCase("alias-of-alias", null)]
    public void A_name_then_an_alias_then_the_pattern_that_says_most(string model, int? expected)
    {
        _table.Add("*", 6, 0);
        _table.Add("gpt-*", 5, 0);
        _table.Add("gpt-4o-*", 4, 0);
        _table.Add("gpt-4o-mini-*", 3, 0);
        _table.Add("gpt-4o-mini", 2, 0);
        _table.Add("gpt-4o", 1, 0);
        _table.AddAlias("my-deployment", "gpt-4o-mini");
        _table.AddAlias("their-deployment", "gpt-4o-2024");
        if (expected is null)
        {
            // Nothing else may match it.
            Assert.That(Without().Find(model), Is.Null);
            return;
        }

        Assert.That(_table.Find(model)?.InputUsdPerMillion, Is.EqualTo(expected));

        static PriceTable Without()
        {
            var table = new PriceTable();
            table.AddAlias("alias-of-alias", "alias");
            table.AddAlias("alias", "alias-of-alias");
            return table;
        }
    }

    [Test]
    public void Of_two_prices_for_one_name_the_later_one_counts()
    {
        _table.Add("m", 1, 1);
        _table.Add("m", 2, 2);

        Assert.That(_table.Find("m"), Is.EqualTo(new ModelPrice(2, 2)));
    }

    [Test]
    public void A_configuration_is_read_and_read_again_when_it_changes()
    {
        var source = new Changeable
        {
            ["Prices:0:Model"] = "m",
            ["Prices:0:InputUsdPerMillion"] = "1.5",
            ["Prices:0:OutputUsdPerMillion"] = "2",
            ["Prices:0:CachedInputUsdPerMillion"] = "0.15",
            ["Prices:0:Aliases:0"] = "my-m",
        };
        var configuration = new ConfigurationBuilder().Add(source).Build();
        _table.Load(configuration.GetSection("Prices"));
        _table.Add("own", 7, 7);

        Assert.That(_table.Find("m"), Is.EqualTo(new ModelPrice(1.5m, 2, 0.15m)));
        Assert.That(_table.Find("my-m"), Is.EqualTo(new ModelPrice(1.5m, 2, 0.15m)));

        source["Prices:0:Model"] = "n";
        source.Reload();
        Assert.That(_table.Find("m"), Is.Null, "what is gone is forgotten");
        Assert.That(_table.Find("n"), Is.Not.Null);
        Assert.That(_table.Find("own"), Is.Not.Null, "what code added stays");

        source["Prices:0:InputUsdPerMillion"] = "a lot";
        source.Reload();
        Assert.That(_table.Find("n"), Is.EqualTo(new ModelPrice(1.5m, 2, 0.15m)), "what can't be read changes nothing");
        Assert.That(_table.ReloadError, Is.TypeOf<FormatException>());

        source["Prices:0:InputUsdPerMillion"] = "3";
        source.Reload();
        Assert.That(_table.Find("n")!.InputUsdPerMillion, Is.EqualTo(3));
        Assert.That(_table.ReloadError, Is.Null);
    }

    [Test]
    public void What_is_wrong_with_one_configuration_is_told_until_it_can_be_read()
    {
        var (one, other) = (Priced("m"), Priced("n"));
        _table.Load(new ConfigurationBuilder().Add(one).Build().GetSection("Prices"));
        _table.Load(new ConfigurationBuilder().Add(other).Build().GetSection("Prices"));

        one["Prices:0:InputUsdPerMillion"] = "a lot";
        one.Reload();
        other["Prices:0:InputUsdPerMillion"] = "2";
        other.Reload();

        Assert.That(_table.Find("n")!.InputUsdPerMillion, Is.EqualTo(2));
        Assert.That(_table.ReloadError, Is.TypeOf<FormatException>());
    }

    [Test]
    public void A_configuration_keeps_no_table_that_nobody_uses()
    {
        var configuration = new ConfigurationBuilder().Add(Priced("m")).Build();

        var table = Load(configuration);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.That(table.IsAlive, Is.False);
        GC.KeepAlive(configuration);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Load(IConfiguration configuration)
        {
            var table = new PriceTable();
            table.Load(configuration.GetSection("Prices"));
            Assert.That(table.Find("m"), Is.Not.Null);
            return new WeakReference(table);
        }
    }

    [Test]
    public void A_file_is_read_and_read_again()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(
                path,
                """{ "prices": [ { "model": "m", "inputUsdPerMillion": 1, "outputUsdPerMillion": 2 } ] }"""
            );
            _table.LoadJson(path);
            _table.Add("m", 9, 9);
            File.WriteAllText(
                path,
                """
                { // Comments are fine.
                  "asOf": "2026-04-01",
                  "prices": [ { "Model": "m", "InputUsdPerMillion": 5, "OutputUsdPerMillion": 5, "aliases": ["n"] } ],
                }
                """
            );
            _table.LoadJson(path);

            Assert.That(_table.Find("n"), Is.EqualTo(new ModelPrice(5, 5)));
            Assert.That(_table.Find("m"), Is.EqualTo(new ModelPrice(9, 9)), "what was added later still counts");
            Assert.That(_table.AsOf, Is.EqualTo(new DateOnly(2026, 4, 1)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void An_alias_may_be_a_number()
    {
        _table.LoadJson(
            new MemoryStream(
                """{ "prices": [ { "model": "m", "inputUsdPerMillion": 1, "outputUsdPerMillion": 1, "aliases": [7, null] } ] }"""u8.ToArray()
            )
        );

        Assert.That(_table.Find("7"), Is.EqualTo(new ModelPrice(1, 1)), "as a model and a price may");
    }

    [TestCase("[]", "'prices'")]
    [TestCase("{", "not JSON")]
    [TestCase("""{ "prices": [ { "inputUsdPerMillion": 1 } ] }""", "prices[0] names no Model")]
    [TestCase("""{ "prices": [ { "model": "m", "inputUsdPerMillion": 1 } ] }""", "(m) has no OutputUsdPerMillion")]
    [TestCase(
        """{ "prices": [ { "model": "m", "inputUsdPerMillion": "1 USD", "outputUsdPerMillion": 1 } ] }""",
        "(m): InputUsdPerMillion must be a number but was '1 USD'"
    )]
    [TestCase(
        """{ "prices": [ { "model": "m", "inputUsdPerMillion": -1, "outputUsdPerMillion": 1 } ] }""",
        "(m): A price must"
    )]
    [TestCase("""{ "asOf": "April", "prices": [] }""", "asOf must be a date")]
    public void What_can_not_be_read_is_named_and_changes_nothing(string json, string message)
    {
        _table.Add("m", 1, 1);

        Assert.That(
            () => _table.LoadJson(new MemoryStream(Encoding.UTF8.GetBytes(json))),
            Throws.TypeOf<FormatException>().With.Message.Contains(message)
        );
        Assert.That(_table.Find("m"), Is.EqualTo(new ModelPrice(1, 1)));
    }

    [Test]
    public void The_example_is_dated_and_a_new_table_each_time()
    {
        var example = PriceTable.Example();
        example.Add("gpt-4o", 99, 99);

        Assert.That(example.AsOf, Is.Not.Null);
        Assert.That(PriceTable.Example().Find("gpt-4o")!.InputUsdPerMillion, Is.EqualTo(2.5m));
        Assert.That(PriceTable.Example().Find("claude-sonnet-4-20250514"), Is.EqualTo(new ModelPrice(3, 15, 0.3m)));
    }

    [Test]
    public void Names_are_not_empty_and_an_alias_is_no_pattern() =>
        Assert.Multiple(() =>
        {
            Assert.That(() => _table.Add(" ", 1, 1), Throws.ArgumentException);
            Assert.That(() => _table.AddAlias("", "m"), Throws.ArgumentException);
            Assert.That(() => _table.AddAlias("a", " "), Throws.ArgumentException);
            Assert.That(() => _table.AddAlias("a*", "m"), Throws.ArgumentException);
        });

    private static Changeable Priced(string model) =>
        new()
        {
            ["Prices:0:Model"] = model,
            ["Prices:0:InputUsdPerMillion"] = "1",
            ["Prices:0:OutputUsdPerMillion"] = "1",
        };

    private sealed class Changeable : ConfigurationProvider, IConfigurationSource
    {
        public string this[string key]
        {
            set => Set(key, value);
        }

        public void Reload() => OnReload();

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
    }
}
