using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Authority.AspNetCore.Tests;

public sealed class HostingTests
{
    [Test]
    public async Task The_applications_own_pages_go_first()
    {
        await using var host = await TestHost.StartAsync(more: application =>
            application.MapGet("/hello/{name}", (HttpContext http) => http.Response.WriteAsync("hi"))
        );

        Assert.That(await host.Http.GetStringAsync("/hello/you"), Is.EqualTo("hi"));
        Assert.That((await host.GetAsync("/goodbye")).Error, Is.EqualTo("NOT_FOUND"));
    }

    [Test]
    public async Task Unknown_paths_can_be_left_to_the_application()
    {
        await using var host = await TestHost.StartAsync(options => options.AnswersUnknownPaths = false);

        using var response = await host.Http.GetAsync("/goodbye");

        Assert.That((int)response.StatusCode, Is.EqualTo(404));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.Empty);
        Assert.That((await host.GetAsync("/v1/goodbye")).Error, Is.EqualTo("NOT_FOUND"));
    }

    [Test]
    public async Task It_lives_in_a_group_with_the_containers_authority()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddEmbeddedCycles("acme", tenant => tenant.Budget("tenant:acme", Amount.Tokens(5)));
        await using var application = builder.Build();
        application.MapGroup("/cycles").MapCyclesAuthority(options => options.ApiKeys.Add("cyc_x", "acme"));
        await application.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(application.Urls.Single()) };
        http.DefaultRequestHeaders.Add("X-Cycles-API-Key", "cyc_x");

        var balances = await http.GetStringAsync("/cycles/v1/balances?tenant=acme");
        using var outside = await http.GetAsync("/v1/balances?tenant=acme");

        Assert.That(balances, Does.Contain("\"remaining\":{\"unit\":\"TOKENS\",\"amount\":5}"));
        Assert.That((int)outside.StatusCode, Is.EqualTo(404));
    }

    [Test]
    public async Task A_failure_is_500_without_details_and_stands_in_the_log()
    {
        var clock = new BreakableClock();
        await using var host = await TestHost.StartAsync(clock: clock);
        host.Authority.Administer("acme").Budget("tenant:acme", Amount.UsdMicrocents(1_000));
        clock.IsBroken = true;

        var reply = await host.PostAsync("/v1/decide", Bodies.Decide());

        Assert.That(reply.Status, Is.EqualTo(500));
        Assert.That(reply.Error, Is.EqualTo("INTERNAL_ERROR"));
        Assert.That(reply.Header("X-Cycles-Tenant"), Is.EqualTo("acme"));
        var record = host.LogOf(1).Single();
        Assert.That(record.Exception, Is.Not.Null);
        Assert.That(reply.Text, Does.Not.Contain(record.Exception!.Message));
        Assert.That(record.Message, Does.Contain(reply.Header("X-Request-Id")!));
    }

    [TestCase(0)]
    [TestCase(1_023)]
    public async Task Limits_have_bounds(int limit)
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await TestHost.StartAsync(options => options.MaxRequestBodyBytes = limit)
        );
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await TestHost.StartAsync(options => options.MaxRequestHeadersLength = limit)
        );
    }

    [Test]
    public async Task An_admin_key_fits_into_a_header() =>
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await TestHost.StartAsync(options => options.AdminKey = "two words")
        );

    [Test]
    public void The_memory_for_remote_clients_is_the_protocols()
    {
        var options = EmbeddedAuthorityOptions.ForRemoteClients();

        Assert.That(options.ReserveReplayLifetime, Is.EqualTo(TimeSpan.FromHours(24)));
        Assert.That(options.EventReplayLifetime, Is.EqualTo(TimeSpan.FromDays(7)));
        Assert.That(options.SettlementReplayLifetime, Is.EqualTo(TimeSpan.FromDays(30)));
        Assert.That(options.MaxFinishedRecords, Is.Null);
    }

    /// <summary>The one part of an authority that an application supplies.</summary>
    private sealed class BreakableClock() : FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero))
    {
        public bool IsBroken { get; set; }

        public override long GetTimestamp() =>
            IsBroken ? throw new InvalidOperationException("The clock is broken.") : base.GetTimestamp();
    }
}
