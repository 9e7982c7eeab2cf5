using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cycles.Client.Tests;

public sealed class EnvironmentTests
{
    [Test]
    public void Every_variable_sets_its_option()
    {
        var options = Read(
            new()
            {
                ["CYCLES_BASE_URL"] = "http://localhost:7878",
                ["CYCLES_API_KEY"] = " key ",
                ["CYCLES_TENANT"] = "acme",
                ["CYCLES_WORKSPACE"] = "w",
                ["CYCLES_APP"] = "a",
                ["CYCLES_WORKFLOW"] = "f",
                ["CYCLES_AGENT"] = "b",
                ["CYCLES_TOOLSET"] = "t",
                ["CYCLES_CONNECT_TIMEOUT"] = "250",
                ["CYCLES_READ_TIMEOUT"] = "3s",
                ["CYCLES_RETRY_ENABLED"] = "false",
                ["CYCLES_RETRY_MAX_ATTEMPTS"] = "3",
                ["CYCLES_RETRY_INITIAL_DELAY"] = "1.5s",
                ["CYCLES_RETRY_MULTIPLIER"] = "1.5",
                ["CYCLES_RETRY_MAX_DELAY"] = "1m",
                ["CYCLES_JOURNAL_ENABLED"] = "false",
                ["CYCLES_JOURNAL_DIR"] = "/var/lib/cycles journal",
            }
        );
        Assert.Multiple(() =>
        {
            Assert.That(options.BaseUrl, Is.EqualTo(new Uri("http://localhost:7878")));
            Assert.That(options.ApiKey, Is.EqualTo("key"));
            Assert.That(
                options.Subject,
                Is.EqualTo(
                    new Subject
                    {
                        Tenant = "acme",
                        Workspace = "w",
                        App = "a",
                        Workflow = "f",
                        Agent = "b",
                        Toolset = "t",
                    }
                )
            );
            Assert.That(options.ConnectTimeout, Is.EqualTo(TimeSpan.FromMilliseconds(250)));
            Assert.That(options.ReadTimeout, Is.EqualTo(TimeSpan.FromSeconds(3)));
            Assert.That(options.RetryEnabled, Is.False);
            Assert.That(options.RetryMaxAttempts, Is.EqualTo(3));
            Assert.That(options.RetryInitialDelay, Is.EqualTo(TimeSpan.FromMilliseconds(1_500)));
            Assert.That(options.RetryMultiplier, Is.EqualTo(1.5));
            Assert.That(options.RetryMaxDelay, Is.EqualTo(TimeSpan.FromMinutes(1)));
            Assert.That(options.JournalEnabled, Is.False);
            Assert.That(options.JournalDirectory, Is.EqualTo("/var/lib/cycles journal"));
        });
    }

    [Test]
    public void What_is_not_set_or_blank_stays_as_it_is()
    {
        var options = new CyclesClientOptions
        {
            Subject = new() { Tenant = "acme", Agent = "bot" },
            ApiKey = "k",
        };
        EnvironmentSettings.Read(options, "CYCLES_", name => name is "CYCLES_AGENT" ? "other" : " ");
        Assert.Multiple(() =>
        {
            Assert.That(options.ApiKey, Is.EqualTo("k"));
            Assert.That(options.BaseUrl, Is.Null);
            Assert.That(options.ConnectTimeout, Is.EqualTo(TimeSpan.FromSeconds(2)));
            Assert.That(options.ReadTimeout, Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(options.Subject, Is.EqualTo(new Subject { Tenant = "acme", Agent = "other" }));
        });
    }

    [TestCase("2s", 2_000)]
    [TestCase("2 s", 2_000)]
    [TestCase("500ms", 500)]
    [TestCase("50MS", 50)]
    [TestCase("0.5s", 500)]
    [TestCase("1m", 60_000)]
    [TestCase("00:00:02", 2_000)]
    [TestCase("100", 100)]
    [TestCase("2000", 2_000)]
    [TestCase("99", null)]
    [TestCase("5", null)]
    [TestCase("0", null)]
    [TestCase("0.5", null)]
    [TestCase("100.5", null)]
    [TestCase("-100", null)]
    [TestCase("1e3", null)]
    [TestCase("1,000", null)]
    [TestCase("soon", null)]
    [TestCase("2 seconds", null)]
    [TestCase("s", null)]
    [TestCase("9999999999h", null)]
    [TestCase("99999999999999999999999999999999", null)]
    public void Durations(string text, int? milliseconds)
    {
        if (milliseconds is { } known)
        {
            Assert.That(
                Read(new() { ["CYCLES_READ_TIMEOUT"] = text }).ReadTimeout,
                Is.EqualTo(TimeSpan.FromMilliseconds(known))
            );
            return;
        }

        var thrown = Assert.Throws<OptionsValidationException>(() => Read(new() { ["CYCLES_READ_TIMEOUT"] = text }));
        Assert.That(thrown!.Message, Does.StartWith("CYCLES_READ_TIMEOUT ").And.Contain($"'{text}'"));
    }

    [Test]
    public void A_small_bare_number_says_why_it_is_refused()
    {
        var thrown = Assert.Throws<OptionsValidationException>(() => Read(new() { ["CYCLES_READ_TIMEOUT"] = "5" }));
        Assert.That(thrown!.Message, Does.Contain("5s or 5ms").And.Contain("other SDKs read it as seconds"));
    }

    [TestCase("RETRY_ENABLED", "maybe")]
    [TestCase("RETRY_MAX_ATTEMPTS", "five")]
    [TestCase("RETRY_MAX_ATTEMPTS", "-1")]
    [TestCase("RETRY_MAX_ATTEMPTS", "1.5")]
    [TestCase("RETRY_INITIAL_DELAY", "fast")]
    [TestCase("RETRY_MULTIPLIER", "1,5")]
    [TestCase("RETRY_MULTIPLIER", "NaN")]
    [TestCase("RETRY_MAX_DELAY", "30")]
    [TestCase("CONNECT_TIMEOUT", "1 day")]
    [TestCase("BASE_URL", "http://")]
    public void What_cannot_be_read_names_its_variable(string name, string value)
    {
        var thrown = Assert.Throws<OptionsValidationException>(() => Read(new() { [$"CYCLES_{name}"] = value }));
        Assert.That(thrown!.Failures.Single(), Does.StartWith($"CYCLES_{name} "));
    }

    [TestCase("TRUE", true)]
    [TestCase("1", true)]
    [TestCase("on", true)]
    [TestCase("0", false)]
    [TestCase("No", false)]
    public void Switches(string text, bool expected) =>
        Assert.That(Read(new() { ["CYCLES_RETRY_ENABLED"] = text }).RetryEnabled, Is.EqualTo(expected));

    [Test]
    public void All_that_is_wrong_is_said_at_once_and_never_the_key()
    {
        var thrown = Assert.Throws<OptionsValidationException>(() =>
            Read(
                new()
                {
                    ["CYCLES_API_KEY"] = "secret",
                    ["CYCLES_READ_TIMEOUT"] = "x",
                    ["CYCLES_RETRY_ENABLED"] = "y",
                }
            )
        );
        Assert.That(thrown!.Failures.Count(), Is.EqualTo(2));
        Assert.That(thrown.ToString(), Does.Not.Contain("secret"));
    }

    [Test]
    public void Another_prefix_reads_other_variables_and_bounds_name_them()
    {
        const string Prefix = "CYCLES_TEST_OF_PREFIX_";
        Environment.SetEnvironmentVariable(Prefix + "BASE_URL", "ftp://example.com");
        Environment.SetEnvironmentVariable(Prefix + "API_KEY", "secret key");
        Environment.SetEnvironmentVariable(Prefix + "READ_TIMEOUT", "2h");
        var services = new ServiceCollection();
        services.AddCyclesClient(options => options.ReadEnvironment(Prefix));
        using var provider = services.BuildServiceProvider();

        var thrown = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<CyclesClient>());
        Assert.Multiple(() =>
        {
            Assert.That(
                thrown!.Failures.Select(failure => failure.Split(' ')[0]),
                Is.EquivalentTo(new[] { Prefix + "BASE_URL", Prefix + "API_KEY", Prefix + "READ_TIMEOUT" })
            );
            Assert.That(thrown.ToString(), Does.Not.Contain("secret key"));
        });
    }

    private static CyclesClientOptions Read(Dictionary<string, string> variables)
    {
        var options = new CyclesClientOptions();
        EnvironmentSettings.Read(options, "CYCLES_", variables.GetValueOrDefault);
        return options;
    }

    [Test]
    public void A_level_out_of_its_bounds_is_named_by_its_variable()
    {
        var options = new CyclesClientOptions { ReadTimeout = TimeSpan.FromHours(2) };
        EnvironmentSettings.Read(options, "CYCLES_", name => name == "CYCLES_TENANT" ? "a b" : null);
        Assert.That(
            CyclesClientOptionsCheck.Problems(options),
            Has.Some.StartsWith("CYCLES_TENANT must be 1 to 128").And.Some.StartsWith("CyclesClientOptions.ReadTimeout")
        );
    }
}
