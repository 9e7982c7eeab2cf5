using Cycles.Authority;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Cycles.Client.Tests;

public sealed class ConfigurationTests
{
    [Test]
    public void A_section_sets_every_option_that_text_can_hold()
    {
        var options = Options(
            new()
            {
                ["Cycles:BaseUrl"] = "https://cycles.example.com/budget",
                ["Cycles:ApiKey"] = "key",
                ["Cycles:Subject:Tenant"] = "acme",
                ["Cycles:Subject:Agent"] = "bot",
                ["Cycles:Subject:Dimensions:team"] = "red",
                ["Cycles:ConnectTimeout"] = "250ms",
                ["Cycles:ReadTimeout"] = "00:00:03",
                ["Cycles:Ttl"] = "2m",
                ["Cycles:GracePeriod"] = "10s",
                ["Cycles:DrainTimeout"] = "1s",
                ["Cycles:OveragePolicy"] = "ALLOW_WITH_OVERDRAFT",
                ["Cycles:WhenActualIsMissing"] = "surface",
                ["Cycles:HeartbeatEnabled"] = "false",
                ["Cycles:LeasePolicy"] = "FAIL_ON_FINALIZE",
                ["Cycles:MaxExtensions"] = "25",
                ["Cycles:RetryEnabled"] = "false",
                ["Cycles:RetryMaxAttempts"] = "1",
                ["Cycles:RetryInitialDelay"] = "1s",
                ["Cycles:RetryMultiplier"] = "3",
                ["Cycles:RetryMaxDelay"] = "10s",
                ["Cycles:JournalEnabled"] = "true",
                ["Cycles:JournalDirectory"] = "/var/lib/cycles",
                ["Cycles:MaxPendingAge"] = "2m",
                ["Cycles:FailOpen"] = "true",
            },
            configuration => configuration.GetSection("Cycles")
        );
        Assert.Multiple(() =>
        {
            Assert.That(options.BaseUrl, Is.EqualTo(new Uri("https://cycles.example.com/budget")));
            Assert.That(options.ApiKey, Is.EqualTo("key"));
            Assert.That(options.Subject!.Tenant, Is.EqualTo("acme"));
            Assert.That(options.Subject.Agent, Is.EqualTo("bot"));
            Assert.That(options.Subject.Dimensions!["team"], Is.EqualTo("red"));
            Assert.That(options.ConnectTimeout, Is.EqualTo(TimeSpan.FromMilliseconds(250)));
            Assert.That(options.ReadTimeout, Is.EqualTo(TimeSpan.FromSeconds(3)));
            Assert.That(options.Ttl, Is.EqualTo(TimeSpan.FromMinutes(2)));
            Assert.That(options.GracePeriod, Is.EqualTo(TimeSpan.FromSeconds(10)));
            Assert.That(options.DrainTimeout, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That(options.OveragePolicy, Is.EqualTo(CommitOveragePolicy.AllowWithOverdraft));
            Assert.That(options.WhenActualIsMissing, Is.EqualTo(WhenActualIsMissing.Surface));
            Assert.That(options.HeartbeatEnabled, Is.False);
            Assert.That(options.LeasePolicy, Is.EqualTo(LeasePolicy.FailOnFinalize));
            Assert.That(options.MaxExtensions, Is.EqualTo(25));
            Assert.That(options.RetryEnabled, Is.False);
            Assert.That(options.RetryMaxAttempts, Is.EqualTo(1));
            Assert.That(options.RetryInitialDelay, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That(options.RetryMultiplier, Is.EqualTo(3));
            Assert.That(options.RetryMaxDelay, Is.EqualTo(TimeSpan.FromSeconds(10)));
            Assert.That(options.JournalEnabled, Is.True);
            Assert.That(options.JournalDirectory, Is.EqualTo("/var/lib/cycles"));
            Assert.That(options.MaxPendingAge, Is.EqualTo(TimeSpan.FromMinutes(2)));
            Assert.That(options.FailOpen, Is.True);
        });
    }

    [Test]
    public void A_whole_configuration_has_a_section_Cycles_and_a_delegate_comes_last()
    {
        var options = Options(
            new()
            {
                ["Cycles:BaseUrl"] = "http://one",
                ["Cycles:ApiKey"] = "key",
                ["Cycles:Ttl"] = "2m",
            },
            configuration => configuration,
            settings => settings.Ttl = TimeSpan.FromMinutes(3)
        );
        Assert.That(options.BaseUrl, Is.EqualTo(new Uri("http://one")));
        Assert.That(options.Ttl, Is.EqualTo(TimeSpan.FromMinutes(3)));
    }

    [TestCase("BaseUrl", "localhost:7878", "Cycles:BaseUrl must be an absolute http or https address")]
    [TestCase("BaseUrl", "/budget", "Cycles:BaseUrl must be an absolute http or https address")]
    [TestCase("BaseUrl", "ftp://host", "Cycles:BaseUrl must be an absolute http or https address")]
    [TestCase("BaseUrl", "http://user:pw@host", "Cycles:BaseUrl must be an absolute http or https address")]
    [TestCase("BaseUrl", "http://host?x=1", "Cycles:BaseUrl must be an absolute http or https address")]
    [TestCase("ApiKey", "", "Cycles:ApiKey is not set")]
    [TestCase("ApiKey", "k\u00e9y", "Cycles:ApiKey must be visible ASCII")]
    [TestCase("ReadTimeout", "7", "Cycles:ReadTimeout needs a unit")]
    [TestCase("ReadTimeout", "0ms", "Cycles:ReadTimeout must be from 1 ms to 1 h")]
    [TestCase("ConnectTimeout", "2h", "Cycles:ConnectTimeout must be from 1 ms to 1 h")]
    [TestCase("RetryMaxAttempts", "101", "Cycles:RetryMaxAttempts must be from 0 to 100")]
    [TestCase("RetryMultiplier", "0.5", "Cycles:RetryMultiplier must be from 1 to 100")]
    [TestCase("RetryMaxDelay", "100ms", "Cycles:RetryMaxDelay must be from Cycles:RetryInitialDelay to 1 h")]
    [TestCase("OveragePolicy", "sometimes", "Cycles:OveragePolicy must be one of")]
    [TestCase("Subject:Agent", "a b", "Cycles:Subject:Agent must")]
    public async Task A_host_with_a_bad_value_fails_at_start_and_names_the_path(
        string name,
        string value,
        string message
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Cycles:BaseUrl"] = "http://localhost:7878",
                ["Cycles:ApiKey"] = "key",
                [$"Cycles:{name}"] = value,
            }
        );
        builder.Services.AddCyclesClient(builder.Configuration);
        using var host = builder.Build();

        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.That(thrown!.Failures.Single(), Does.StartWith(message));
        Assert.That(thrown.Message, Does.Not.Contain("k\u00e9y").And.Not.Contain("pw@"));
        await host.StopAsync();
    }

    [Test]
    public void An_authority_and_an_address_are_one_too_many()
    {
        var services = new ServiceCollection();
        services.AddEmbeddedCycles("acme");
        services.AddCyclesClient(options => options.BaseUrl = new Uri("http://localhost:7878"));
        using var provider = services.BuildServiceProvider();
        var thrown = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<CyclesClient>());
        Assert.That(thrown!.Message, Does.Contain("CyclesClientOptions.BaseUrl").And.Contain("one of the two"));

        var direct = Assert.Throws<ArgumentException>(() =>
            new CyclesClient(
                new EmbeddedAuthority().ForTenant("acme"),
                new() { BaseUrl = new Uri("http://localhost:7878") }
            )
        );
        Assert.That(direct!.Message, Does.Contain("one of the two"));
    }

    [Test]
    public async Task Several_servers_live_side_by_side_with_an_authority_in_the_process()
    {
        await using var one = await ScriptedServer.StartAsync();
        await using var two = await ScriptedServer.StartAsync();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["One:BaseUrl"] = one.Url.ToString(),
                    ["One:ApiKey"] = "key-one",
                    ["One:JournalDirectory"] = TestHome.NewJournal(),
                    ["Two:BaseUrl"] = two.Url.ToString(),
                    ["Two:ApiKey"] = "key-two",
                    ["Two:JournalDirectory"] = TestHome.NewJournal(),
                }
            )
            .Build();
        var services = new ServiceCollection();
        services.AddEmbeddedCycles("acme", a => a.Budget("tenant:acme", Amount.Tokens(100)));
        services.AddCyclesClient();
        services.AddCyclesClient("one", configuration.GetSection("One"));
        services.AddCyclesClient("two", configuration.GetSection("Two"));
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredKeyedService<CyclesClient>("one").GetReservationAsync("rsv_1");
        await provider.GetRequiredKeyedService<CyclesClient>("two").GetReservationAsync("rsv_2");
#pragma warning disable CYC004 // Only its subject is looked at; nothing runs that could cost something.
        await using var guard = await provider
            .GetRequiredService<CyclesClient>()
            .ReserveAsync(new("llm.completion", "gpt-4o"), Amount.Tokens(1));
#pragma warning restore CYC004

        Assert.That(one.Request.Header("X-Cycles-API-Key"), Is.EqualTo("key-one"));
        Assert.That(two.Request.Header("X-Cycles-API-Key"), Is.EqualTo("key-two"));
        Assert.That(guard.Subject.Tenant, Is.EqualTo("acme"));
    }

    private static CyclesClientOptions Options(
        Dictionary<string, string?> values,
        Func<IConfiguration, IConfiguration> select,
        Action<CyclesClientOptions>? configure = null
    )
    {
        var services = new ServiceCollection();
        services.AddCyclesClient(select(new ConfigurationBuilder().AddInMemoryCollection(values).Build()), configure);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<CyclesClientOptions>>().Value;
    }
}
