using Cycles.Authority;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Client.Tests;

public sealed class AddCyclesClientTests
{
    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    [Test]
    public async Task The_client_asks_the_registered_authority()
    {
        var services = new ServiceCollection();
        services.AddEmbeddedCycles("acme", a => a.Budget("tenant:acme", Amount.Tokens(100)));
        services.AddCyclesClient(o => o.Subject = new() { Tenant = "acme" });
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        var client = provider.GetRequiredService<CyclesClient>();

        await using (var guard = await client.ReserveAsync(Work, Amount.Tokens(10)))
        {
            await guard.CommitAsync(Amount.Tokens(7));
        }

        var balance = await SingleAsync(client.GetBalancesAsync());
        Assert.That(balance.Spent, Is.EqualTo(Amount.Tokens(7)));
        Assert.That(balance.Reserved, Is.EqualTo(Amount.Tokens(0)));
        Assert.That(provider.GetRequiredService<CyclesClient>(), Is.SameAs(client));
    }

    [Test]
    public async Task A_name_is_a_key_and_the_name_of_the_options()
    {
        var one = new EmbeddedAuthority();
        one.Administer("one").Budget("tenant:one", Amount.Tokens(100));
        one.Administer("two").Budget("tenant:two", Amount.Tokens(100));
        var services = new ServiceCollection();
        services.AddKeyedSingleton("first", one.ForTenant("one"));
        services.AddSingleton(one.ForTenant("two"));
        var builder = services.AddCyclesClient("first", o => o.Ttl = TimeSpan.FromSeconds(7));
        services.AddCyclesClient("second");
        services.AddCyclesClient();
        await using var provider = services.BuildServiceProvider();

        await using var first = await provider
            .GetRequiredKeyedService<CyclesClient>("first")
            .ReserveAsync(Work, Amount.Tokens(1));
        await using var second = await provider
            .GetRequiredKeyedService<CyclesClient>("second")
            .ReserveAsync(Work, Amount.Tokens(1));
        await using var unnamed = await provider
            .GetRequiredService<CyclesClient>()
            .ReserveAsync(Work, Amount.Tokens(1));

        Assert.Multiple(() =>
        {
            Assert.That(builder.Name, Is.EqualTo("Cycles.Client.first"));
            Assert.That(first.Subject.Tenant, Is.EqualTo("one"));
            Assert.That(second.Subject.Tenant, Is.EqualTo("two"), "else the one without a key");
            Assert.That(unnamed.Subject.Tenant, Is.EqualTo("two"));
            Assert.That(
                provider.GetRequiredService<IOptionsMonitor<CyclesClientOptions>>().Get("first").Ttl,
                Is.EqualTo(TimeSpan.FromSeconds(7))
            );
            Assert.That(
                provider.GetRequiredService<IOptions<CyclesClientOptions>>().Value.Ttl,
                Is.EqualTo(TimeSpan.FromSeconds(60))
            );
        });
    }

    [Test]
    public async Task An_HTTP_client_of_the_applications_that_is_called_the_same_is_another_one()
    {
        await using var server = await ScriptedServer.StartAsync();
        var services = new ServiceCollection();
        services
            .AddHttpClient("billing", http => http.BaseAddress = new Uri("http://billing.example/"))
            .ConfigurePrimaryHttpMessageHandler(() => new HttpClientHandler { AllowAutoRedirect = true })
            .AddRepeating(copies: true);
        services.AddCyclesClient(
            "billing",
            options =>
            {
                options.BaseUrl = server.Url;
                options.ApiKey = Seam.Key;
                options.JournalDirectory = TestHome.NewJournal();
            }
        );
        await using var provider = services.BuildServiceProvider();

        using var own = provider.GetRequiredService<IHttpClientFactory>().CreateClient("billing");
        var posted = await own.PostAsync(
            new Uri(server.Url, "/v1/reservations/r/release"),
            JsonContent("""{"idempotency_key":"k"}""")
        );
        var client = provider.GetRequiredKeyedService<CyclesClient>("billing");
        await client.GetReservationAsync("rsv_1");

        Assert.That(posted.IsSuccessStatusCode, "its requests are no attempts of the client's");
        Assert.That(own.Timeout, Is.EqualTo(TimeSpan.FromSeconds(100)));

        static HttpContent JsonContent(string json) =>
            new StringContent(json, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"))
            {
                Headers = { { "X-Cycles-API-Key", Seam.Key } },
            };
    }

    [Test]
    public void A_name_is_not_blank()
    {
        var services = new ServiceCollection();
        Assert.Throws<ArgumentException>(() => services.AddCyclesClient(" "));
        Assert.Throws<ArgumentNullException>(() => services.AddCyclesClient(name: null!));
    }

    [Test]
    public async Task A_host_without_an_authority_fails_at_start_and_says_what_to_do([Values] bool named)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        _ = named ? builder.Services.AddCyclesClient("billing") : builder.Services.AddCyclesClient();
        using var host = builder.Build();

        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.That(
            thrown!.Message,
            Does.Contain("AddEmbeddedCycles").And.Contain(named ? "'billing'" : "CyclesClient")
        );
        await host.StopAsync();
    }

    [Test]
    public void Without_a_host_it_fails_at_first_use()
    {
        var services = new ServiceCollection();
        services.AddCyclesClient();
        using var provider = services.BuildServiceProvider();
        var thrown = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<CyclesClient>());
        Assert.That(thrown!.Message, Does.Contain("no ICyclesAuthority is registered"));
    }

    [Test]
    public async Task Options_out_of_range_fail_at_start_naming_the_option()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddEmbeddedCycles("acme");
        builder.Services.AddCyclesClient(o =>
        {
            o.Ttl = TimeSpan.Zero;
            o.Subject = new() { Agent = "a b" };
        });
        using var host = builder.Build();

        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.That(thrown!.Failures, Has.Exactly(2).Items);
        Assert.That(
            thrown.Message,
            Does.Contain("CyclesClientOptions.Ttl").And.Contain("CyclesClientOptions.Subject.Agent must")
        );
        await host.StopAsync();
    }

    [Test]
    public async Task A_host_with_all_it_needs_starts()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddEmbeddedCycles("acme");
        builder.Services.AddCyclesClient().Services.AddCyclesClient();
        using var host = builder.Build();
        await host.StartAsync();
        Assert.That(host.Services.GetServices<CyclesClient>().Count(), Is.EqualTo(1));
        await host.StopAsync();
    }

    [Test]
    public async Task The_clock_comes_from_the_container_and_the_container_disposes_the_client()
    {
        var clock = new FakeTimeProvider();
        var ledger = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = clock });
        ledger.Administer("acme").Budget("tenant:acme", Amount.Tokens(100));
        var authority = new FaultyAuthority(ledger.ForTenant("acme"));
        authority.Next(Operation.Commit, Fault.LostBefore, Fault.LostBefore);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton<ICyclesAuthority>(authority);
        services.AddCyclesClient();
        CyclesClient client;
        await using (var provider = services.BuildServiceProvider())
        {
            client = provider.GetRequiredService<CyclesClient>();
            await using var guard = await client.ReserveAsync(Work, Amount.Tokens(10));
            await guard.CommitAsync(Amount.Tokens(7));
            clock.Advance(TimeSpan.FromMilliseconds(500));
            Assert.That(authority.Count(Operation.Commit), Is.EqualTo(2));
        }

        Assert.That(authority.Count(Operation.Commit), Is.EqualTo(3), "the container's dispose drains");
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
            await client.ReserveAsync(Work, Amount.Tokens(1))
        );
        var left = await ledger
            .ForTenant("acme")
            .GetBalancesAsync(new BalanceQuery { Subject = new() { Tenant = "acme" } });
        Assert.That(left.Value!.Balances.Single().Spent, Is.EqualTo(Amount.Tokens(7)));
    }

    private static async Task<T> SingleAsync<T>(IAsyncEnumerable<T> items)
    {
        var found = new List<T>();
        await foreach (var item in items)
        {
            found.Add(item);
        }

        return found.Single();
    }
}
