namespace Cycles.Extensions.AI.Tests.Prices;

/// <summary>What a call costs whose provider names another model than was asked: a version of it, or really another.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class VersionTests
{
    private const int OfTheAsked = 1;
    private const int OfThePattern = 9;

    private readonly PriceTable _table = new();

    [TestCase("gpt-4o", "gpt-4o")]
    [TestCase("gpt-4o", "gpt-4o-2024-08-06")]
    [TestCase("gpt-4o-mini", "gpt-4o-mini-2024-07-18")]
    [TestCase("gpt-4o-audio-preview", "gpt-4o-audio-preview-2024-12-17")]
    [TestCase("gpt-3.5-turbo", "gpt-3.5-turbo-0125")]
    [TestCase("gpt-4", "gpt-4-0613")]
    [TestCase("gpt-4.1", "gpt-4.1-2025-04-14")]
    [TestCase("azure/gpt-4o", "gpt-4o-2024-08-06")]
    [TestCase("gpt-4o", "openai/gpt-4o")]
    [TestCase("claude-sonnet-4-5", "claude-sonnet-4-5-20250929")]
    [TestCase("claude-sonnet-4-5", "claude-sonnet-4-5@20250929")]
    [TestCase("claude-3-7-sonnet-latest", "claude-3-7-sonnet-20250219")]
    [TestCase("claude-sonnet-4", "us.anthropic.claude-sonnet-4-20250514-v1:0")]
    [TestCase("amazon.nova-pro", "amazon.nova-pro-v1:0")]
    [TestCase("gemini-2.0-flash", "models/gemini-2.0-flash-001")]
    [TestCase("gemini-2.0-flash", "publishers/google/models/gemini-2.0-flash@default")]
    [TestCase("gemini-2.5-flash-preview", "gemini-2.5-flash-preview-05-20")]
    [TestCase("mistral-large", "mistral-large-2411")]
    [TestCase("mistral-large", "mistral-large-latest")]
    [TestCase("command-r-plus", "command-r-plus-08-2024")]
    [TestCase("llama3.1", "llama3.1:latest")]
    public void A_version_costs_what_was_asked(string asked, string answered)
    {
        _table.Add(asked, OfTheAsked, 0);
        _table.Add("*", OfThePattern, 0);

        Assert.That(CostOf(asked, answered), Is.EqualTo(OfTheAsked));
    }

    [TestCase("gpt-4o", "gpt-4o-mini")]
    [TestCase("gpt-4o", "gpt-4o-mini-2024-07-18")]
    [TestCase("gpt-4o", "gpt-4o-audio-preview-2024-12-17")]
    [TestCase("gpt-4o", "gpt-4o2-2024-08-06")]
    [TestCase("gpt-4.1", "gpt-4.1-nano-2025-04-14")]
    [TestCase("gpt-4", "gpt-4-32k-0613")]
    [TestCase("gpt-4", "gpt-4-turbo-2024-04-09")]
    [TestCase("gpt-4", "gpt-4.1")]
    [TestCase("o3", "o3-mini-2025-01-31")]
    [TestCase("claude-sonnet-4", "claude-sonnet-4-5")]
    [TestCase("claude-sonnet-4", "claude-sonnet-4-5-20250929")]
    [TestCase("gemini-2.0-flash", "gemini-2.0-flash-lite-001")]
    [TestCase("gemini-1.5-flash", "gemini-1.5-flash-8b")]
    [TestCase("llama3.1", "llama3.1:70b")]
    [TestCase("gpt-4o-2024-05-13", "gpt-4o-2024-08-06")]
    public void Another_model_costs_its_own_price(string asked, string answered)
    {
        _table.Add(asked, OfTheAsked, 0);
        _table.Add("*", OfThePattern, 0);

        Assert.That(CostOf(asked, answered), Is.EqualTo(OfThePattern));
    }

    [TestCase("gpt-4o-2024-05-13", 3)]
    [TestCase("gpt-4o-2024-08-06", 1)]
    [TestCase("gpt-4o-mini-2024-07-18", 2)]
    [TestCase("gpt-4o-realtime-preview-2024-12-17", 9)]
    public void The_longest_name_that_it_is_a_version_of_counts(string answered, int expected)
    {
        _table.Add("gpt-4o", 1, 0);
        _table.Add("gpt-4o-mini", 2, 0);
        _table.Add("gpt-4o-2024-05-13", 3, 0);
        _table.Add("gpt-*", OfThePattern, 0);

        Assert.That(CostOf("gpt-4o", answered), Is.EqualTo(expected));
        Assert.That(CostOf("my-deployment", answered), Is.EqualTo(expected));
    }

    [TestCase("gpt-4o-2024-05-13", "gpt-4o")]
    [TestCase("us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4")]
    public void A_version_that_is_asked_for_costs_the_same_where_the_answer_leaves_it_out(string asked, string answered)
    {
        _table.Add(asked, OfTheAsked, 0);
        _table.Add("*", OfThePattern, 0);

        Assert.That(CostOf(asked, answered), Is.EqualTo(OfTheAsked));
    }

    [TestCase("gpt-4o")]
    [TestCase("gpt-4o-2024-08-06")]
    public void A_version_costs_its_own_price_where_what_was_asked_has_none(string answered)
    {
        _table.Add("gpt-4o", 1, 0);

        Assert.That(CostOf("openai/gpt-4o", answered), Is.EqualTo(1));
    }

    [Test]
    public void Two_marks_are_taken_off_one_by_one()
    {
        _table.Add("claude-3-5-sonnet", 2, 0);
        _table.Add("claude-3-5-sonnet-20241022", 1, 0);

        Assert.That(CostOf("other", "claude-3-5-sonnet-20241022-v2:0"), Is.EqualTo(1));
        Assert.That(CostOf("other", "claude-3-5-sonnet-20240620-v1:0"), Is.EqualTo(2));
    }

    [TestCase("gpt-4o-mini")]
    [TestCase("gpt-4o-2024-08-06")]
    public void A_model_that_is_asked_for_has_a_price_by_its_very_name_or_none(string model)
    {
        _table.Add("gpt-4o", 1, 0);

        Assert.That(_table.Find(model), Is.Null, "a dated version may cost more than the name without the date");
    }

    private decimal? CostOf(string asked, string answered) => _table.Current.Find(asked, answered)?.InputUsdPerMillion;
}
