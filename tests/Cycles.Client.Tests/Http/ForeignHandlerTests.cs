using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;

namespace Cycles.Client.Tests;

/// <summary>An application's own handlers may repeat what they like: a charge goes out once, and its outcome is the first.</summary>
public sealed class ForeignHandlerTests
{
    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    /// <summary>All the ways in which an application gets a handler above the client's requests.</summary>
    public static IEnumerable<TestCaseData> Ways()
    {
        yield return Way("hand-written, for all clients", (s, c) => ForAll(s, c, b => b.AddRepeating(copies: false)));
        yield return Way("hand-written", (s, c) => s.AddCyclesClient(c).AddRepeating(copies: false));
        yield return Way("copying, for all clients", (s, c) => ForAll(s, c, b => b.AddRepeating(copies: true)));
        yield return Way("copying", (s, c) => s.AddCyclesClient(c).AddRepeating(copies: true));
        yield return Way(
            "standard resilience",
            (s, c) =>
                s.AddCyclesClient(c).AddStandardResilienceHandler(o => o.Retry.Delay = TimeSpan.FromMilliseconds(1))
        );
        yield return Way(
            "standard hedging",
            (s, c) =>
                s.AddCyclesClient(c)
                    .AddStandardHedgingHandler()
                    .Configure(o => o.Hedging.Delay = TimeSpan.FromMilliseconds(1))
        );

        static TestCaseData Way(string name, Action<IServiceCollection, Action<CyclesClientOptions>> add) =>
            new TestCaseData(add).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Ways))]
    public async Task A_charge_that_meets_a_503_went_out_once(
        Action<IServiceCollection, Action<CyclesClientOptions>> add
    )
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Error(503, "INTERNAL_ERROR"));
        await using var provider = Container(server.Url, add);
        var client = provider.GetRequiredService<CyclesClient>();
        var settlement = await client.RecordEventAsync(Work, Amount.Tokens(7));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
        client.Dispose();
    }

    [TestCaseSource(nameof(Ways))]
    public async Task A_charge_whose_connection_breaks_went_out_once(
        Action<IServiceCollection, Action<CyclesClientOptions>> add
    )
    {
        await using var server = RawServer.ResetsAfterTheRequest();
        await using var provider = Container(server.Url, add);
        var client = provider.GetRequiredService<CyclesClient>();
        var settlement = await client.RecordEventAsync(Work, Amount.Tokens(7));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(server.Connections, Is.EqualTo(1));
        client.Dispose();
    }

    [TestCaseSource(nameof(Ways))]
    public async Task What_succeeds_passes(Action<IServiceCollection, Action<CyclesClientOptions>> add)
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var provider = Container(server.Url, add);
        var client = provider.GetRequiredService<CyclesClient>();
        await using var guard = await client.ReserveAsync(Work, Amount.Tokens(10));
        Assert.That((await guard.CommitAsync(Amount.Tokens(7))).Charged, Is.EqualTo(Amount.Tokens(7)));
        Assert.That((await client.GetReservationAsync("rsv_1")).ReservationId, Is.EqualTo("rsv_1"));
    }

    [Test]
    public async Task The_first_refusal_is_the_outcome_with_all_that_it_said()
    {
        await using var server = await ScriptedServer.StartAsync(
            Answers.Error(409, "BUDGET_EXCEEDED", ("Retry-After", "7"), ("X-Request-Id", "req_1"))
        );
        await using var provider = Container(server.Url, (s, c) => s.AddCyclesClient(c).AddRepeating(copies: false));
        var client = provider.GetRequiredService<CyclesClient>();
        await using var attempt = await client.TryReserveAsync(Work, Amount.Tokens(10));
        Assert.Multiple(() =>
        {
            Assert.That(attempt.Denial!.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
            Assert.That(attempt.Denial.Message, Is.EqualTo("Scripted"));
            Assert.That(attempt.Denial.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(7)));
            Assert.That(attempt.Denial.Metadata.RequestId, Is.EqualTo("req_1"));
            Assert.That(server.Requests, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public async Task A_refusal_whose_body_breaks_off_counts()
    {
        await using var server = RawServer.Sends(
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 500\r\n\r\n{"
        );
        await using var provider = Container(server.Url, (s, c) => s.AddCyclesClient(c).AddRepeating(copies: false));
        var client = provider.GetRequiredService<CyclesClient>();
        var thrown = await Assert.ThrowsAsync<CyclesException>(async () =>
            await client.ReserveAsync(Work, Amount.Tokens(10))
        );
        Assert.That((thrown!.Status, thrown.RetryAfter), Is.EqualTo((429, TimeSpan.FromSeconds(3))));
        Assert.That(server.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task A_success_that_is_asked_for_again_is_an_unknown_outcome()
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var provider = Container(
            server.Url,
            (s, c) => s.AddCyclesClient(c).AddHttpMessageHandler(() => new TwiceHandler())
        );
        var client = provider.GetRequiredService<CyclesClient>();
        var settlement = await client.RecordEventAsync(Work, Amount.Tokens(7));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
        client.Dispose();
    }

    [Test]
    public async Task A_read_is_not_repeated_more_often_either()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Error(503, "INTERNAL_ERROR"));
        await using var provider = Container(server.Url, (s, c) => s.AddCyclesClient(c).AddRepeating(copies: false));
        var client = provider.GetRequiredService<CyclesClient>();
        var thrown = await Assert.ThrowsAsync<CyclesException>(() => client.GetReservationAsync("rsv_1"));
        Assert.That((thrown!.Status, thrown.Code), Is.EqualTo((503, ErrorCode.InternalError)));
        Assert.That(server.Requests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_primary_handler_of_the_applications_own_is_guarded_too()
    {
        var posts = 0;
        await using var server = await ScriptedServer.StartAsync();
        await using var provider = Container(
            server.Url,
            (s, c) =>
                s.AddCyclesClient(c)
                    .AddRepeating(copies: false)
                    .ConfigurePrimaryHttpMessageHandler(() => new FailingHandler(() => posts++))
        );
        var client = provider.GetRequiredService<CyclesClient>();
        await client.RecordEventAsync(Work, Amount.Tokens(7));
        Assert.That(posts, Is.EqualTo(1));
        client.Dispose();
    }

    private static void ForAll(
        IServiceCollection services,
        Action<CyclesClientOptions> configure,
        Action<IHttpClientBuilder> add
    )
    {
        services.AddCyclesClient(configure);
        services.ConfigureHttpClientDefaults(add);
    }

    private static ServiceProvider Container(Uri url, Action<IServiceCollection, Action<CyclesClientOptions>> add)
    {
        var services = new ServiceCollection();
        add(
            services,
            options =>
            {
                options.BaseUrl = url;
                options.ApiKey = Seam.Key;
                options.Subject = new() { Tenant = "acme" };
                options.JournalDirectory = TestHome.NewJournal();
                options.RetryInitialDelay = options.RetryMaxDelay = TimeSpan.FromHours(1);
                options.DrainTimeout = TimeSpan.Zero;
            }
        );
        return services.BuildServiceProvider();
    }

    private sealed class TwiceHandler : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken token
        )
        {
            (await base.SendAsync(request, token)).Dispose();
            return await base.SendAsync(request, token);
        }
    }

    private sealed class FailingHandler(Action called) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token)
        {
            called();
            throw new HttpRequestException("Scripted");
        }
    }
}
