using Cycles.Authority;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Cycles.Client.Tests;

/// <summary>A charge goes out once, whatever an application does to its HTTP clients; what only reads is repeated.</summary>
public sealed class OnePostTests
{
    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    [Test]
    public async Task Default_resilience_does_not_multiply_a_POST([Values] bool before, [Values] bool named)
    {
        await using var server = await ScriptedServer.StartAsync(context =>
            context.Request.Path.Value!.EndsWith("/events", StringComparison.Ordinal)
                ? Answers.Error(503, "INTERNAL_ERROR")(context)
                : Answers.Valid(context)
        );
        var services = new ServiceCollection();
        if (before)
        {
            services.ConfigureHttpClientDefaults(b => b.AddStandardResilienceHandler());
        }

        Action<CyclesClientOptions> configure = options =>
        {
            options.BaseUrl = server.Url;
            options.ApiKey = Seam.Key;
            options.Subject = new() { Tenant = "acme" };
            options.JournalDirectory = TestHome.NewJournal();
            options.DrainTimeout = TimeSpan.Zero;
        };
        _ = named ? services.AddCyclesClient("billing", configure) : services.AddCyclesClient(configure);
        if (!before)
        {
            services.ConfigureHttpClientDefaults(b => b.AddStandardResilienceHandler());
        }

        await using var provider = services.BuildServiceProvider();
        var client = named
            ? provider.GetRequiredKeyedService<CyclesClient>("billing")
            : provider.GetRequiredService<CyclesClient>();
        var settlement = await client.RecordEventAsync(Work, Amount.Tokens(7));
        client.Dispose();

        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_read_is_repeated_twice_and_then_its_answer_counts([Values] bool container)
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Error(503, "INTERNAL_ERROR"));
        await using var provider = Container(server.Url);
        await using var client = container ? provider.GetRequiredService<CyclesClient>() : Plain(server.Url);

        var thrown = await Assert.ThrowsAsync<CyclesException>(() => client.GetReservationAsync("rsv_1"));
        Assert.That(thrown!.Status, Is.EqualTo(503));
        Assert.That(server.Requests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_read_that_fails_once_succeeds()
    {
        var calls = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
            Interlocked.Increment(ref calls) == 1
                ? Answers.Body(502, "text/html", "<html>")(context)
                : Answers.Valid(context)
        );
        await using var client = Plain(server.Url);
        Assert.That((await client.GetReservationAsync("rsv_1")).ReservationId, Is.EqualTo("rsv_1"));
    }

    [TestCase(404, "NOT_FOUND", null)]
    [TestCase(429, "LIMIT_EXCEEDED", "1")]
    [TestCase(503, "INTERNAL_ERROR", "1", Description = "the server says when")]
    public async Task A_read_is_not_repeated_where_that_does_not_help(int status, string code, string? retryAfter)
    {
        await using var server = await ScriptedServer.StartAsync(
            Answers.Error(status, code, retryAfter is null ? [] : [("Retry-After", retryAfter)])
        );
        await using var client = Plain(server.Url);
        await Assert.ThrowsAsync<CyclesException>(() => client.GetReservationAsync("rsv_1"));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Registered_twice_it_has_one_set_of_handlers()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Error(503, "INTERNAL_ERROR"));
        var services = new ServiceCollection();
        services.AddCyclesClient(options => options.BaseUrl = server.Url);
        services.AddCyclesClient(options => options.ApiKey = Seam.Key);
        services.AddCyclesClient(options => options.JournalDirectory = TestHome.NewJournal());
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<CyclesClient>();
        await Assert.ThrowsAsync<CyclesException>(() => client.GetReservationAsync("rsv_1"));
        Assert.That(server.Requests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task The_applications_own_handlers_see_the_requests_and_no_log_shows_the_key()
    {
        var logs = new FakeLogCollector();
        await using var server = await ScriptedServer.StartAsync();
        var services = new ServiceCollection();
        services.AddLogging(logging =>
            logging.SetMinimumLevel(LogLevel.Trace).Services.AddSingleton<ILoggerProvider>(new FakeLoggerProvider(logs))
        );
        services
            .AddCyclesClient(options =>
            {
                options.BaseUrl = server.Url;
                options.ApiKey = Seam.Key;
                options.JournalDirectory = TestHome.NewJournal();
            })
            .ConfigureHttpClient(http => http.DefaultRequestHeaders.Add("X-Mine", "1"));
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<CyclesClient>().GetReservationAsync("rsv_1");

        Assert.Multiple(() =>
        {
            Assert.That(server.Request.Header("X-Mine"), Is.EqualTo("1"));
            Assert.That(logs.GetSnapshot().Select(record => record.Message), Is.All.Not.Contain(Seam.Key));
            Assert.That(logs.GetSnapshot(), Is.Not.Empty);
        });
    }

    [Test]
    public async Task A_whole_life_over_HTTP_settles_once()
    {
        await using var server = await ScriptedServer.StartAsync();
        await using (var client = Plain(server.Url))
        {
            await using var guard = await client.ReserveAsync(Work, Amount.Tokens(10));
            Assert.That((await guard.CommitAsync(Amount.Tokens(7))).Charged, Is.EqualTo(Amount.Tokens(7)));
#pragma warning disable CYC004 // That it is released unused is what the test is about.
            await using var unused = await client.ReserveAsync(Work, Amount.Tokens(10));
#pragma warning restore CYC004
        }

        Assert.That(
            server.Requests.Select(request => request.Target),
            Is.EqualTo(
                new[]
                {
                    "/v1/reservations",
                    "/v1/reservations/rsv_1/commit",
                    "/v1/reservations",
                    "/v1/reservations/rsv_1/release",
                }
            )
        );
    }

    [Test]
    public async Task A_disposed_client_has_closed_its_connections()
    {
        await using var server = RawServer.Hangs(
            $"HTTP/1.1 200 OK\r\nContent-Length: {Answers.Decide.Length}\r\n\r\n{Answers.Decide}"
        );
        var client = Plain(server.Url);
        await client.DecideAsync(Work, Amount.Tokens(1));
        await client.DisposeAsync();
        await server.WhenAllClosed().WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static CyclesClient Plain(Uri url) =>
        new(
            url,
            Seam.Key,
            new()
            {
                Subject = new() { Tenant = "acme" },
                JournalDirectory = TestHome.NewJournal(),
            }
        );

    private static ServiceProvider Container(Uri url)
    {
        var services = new ServiceCollection();
        services.AddCyclesClient(options =>
        {
            options.BaseUrl = url;
            options.ApiKey = Seam.Key;
            options.JournalDirectory = TestHome.NewJournal();
        });
        return services.BuildServiceProvider();
    }
}
