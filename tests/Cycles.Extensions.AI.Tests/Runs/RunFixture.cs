using System.Collections.Concurrent;
using Cycles.Authority;
using Cycles.Extensions.AI.Tests.Tools;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>
/// Runs of an agent in the real tool loop on a real ledger, which has to agree with the summaries to the last microcent
/// and point after each test, with nothing left reserved. A turn of the model costs 12,000 microcents, a tool 5 points.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class RunFixture(bool streaming)
{
    protected const string Scope = "tenant:acme";

    /// <summary>100 input tokens at $1 and 10 output tokens at $2 a million.</summary>
    protected const long Turn = 12_000;

    /// <summary>What one tool costs.</summary>
    protected const long Points = 5;

    private ChatOptions? _options;

    protected bool IsStreaming => streaming;

    protected FakeTimeProvider Clock { get; } =
        new(new DateTimeOffset(2026, 4, 12, 12, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.Zero };

    protected EmbeddedAuthority Ledger { get; private set; } = null!;

    protected RecordingAuthority Authority { get; private set; } = null!;

    protected CyclesClient Cycles { get; private set; } = null!;

    protected ConcurrentQueue<string> Ran { get; } = [];

    protected ConcurrentQueue<RunSummary> Summaries { get; } = [];

    protected TenantAdministration Admin => Ledger.Administer("acme");

    [SetUp]
    public void MakeLedger()
    {
        Ledger = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = Clock });
        Admin.Budget(Scope, Amount.Usd(1)).Budget(Scope, Amount.RiskPoints(1_000));
        Authority = new RecordingAuthority(Ledger.ForTenant("acme"));
        Cycles = NewClient();
    }

    [TearDown]
    public async Task The_ledger_is_the_sum_of_the_summaries()
    {
        var balances = await Cycles.GetBalancesAsync().Where(balance => balance.Scope == Scope).ToListAsync();
        var open = await Cycles
            .ListReservationsAsync(new ReservationListQuery { Status = ReservationStatus.Active })
            .ToListAsync();
        await Cycles.DisposeAsync();
        Assert.That(balances, Has.Count.EqualTo(2));
        Assert.That(open, Is.Empty, "open reservations");

        // A run's summary counts the runs inside it.
        var outermost = Summaries.Where(summary => summary.OuterRunId is null).ToList();
        foreach (var balance in balances)
        {
            var unit = balance.Remaining.Unit;
            var told = outermost.SelectMany(summary => summary.Spend).Where(spend => spend.Unit == unit);
            var items = outermost.SelectMany(summary =>
                summary.Models.Concat(summary.Tools).Select(item => item.Spend)
            );
            Assert.Multiple(() =>
            {
                Assert.That(balance.Reserved?.Value, Is.Zero, $"reserved {unit}");
                Assert.That(told.Sum(spend => spend.Value), Is.EqualTo(balance.Spent?.Value), $"spent {unit}");
                Assert.That(
                    items.Where(spend => spend.Unit == unit).Sum(spend => spend.Value),
                    Is.EqualTo(balance.Spent?.Value),
                    $"items {unit}"
                );
            });
        }
    }

    /// <summary>Goes on with other options, on the same ledger.</summary>
    protected async Task UseClientAsync(Action<CyclesClientOptions>? configure = null)
    {
        await Cycles.DisposeAsync();
        Cycles = NewClient(configure);
    }

    private CyclesClient NewClient(Action<CyclesClientOptions>? configure = null)
    {
        var options = new CyclesClientOptions
        {
            TimeProvider = Clock,
            Subject = new Subject { Dimensions = new Dictionary<string, string> { ["team"] = "red" } },
        };
        configure?.Invoke(options);
        return new CyclesClient(Authority, options);
    }

    protected CyclesRun Begin(Action<RunOptions>? configure = null, string name = "case") =>
        Cycles.BeginRun(
            name,
            options =>
            {
                options.OnEnded = Summaries.Enqueue;
                options.TimeProvider = Clock;
                configure?.Invoke(options);
            }
        );

    /// <summary>Tools outside the loop, the model inside it; each tool costs 5 points.</summary>
    protected IChatClient Agent(
        IChatClient model,
        Action<ToolPolicy>? tools = null,
        Action<CyclesChatOptions>? chat = null
    ) =>
        model
            .AsBuilder()
            .UseCyclesTools(
                Cycles,
                policy =>
                {
                    policy.TimeProvider = Clock;
                    policy["*"].Estimate = Amount.RiskPoints(Points);
                    tools?.Invoke(policy);
                }
            )
            .UseFunctionInvocation(configure: loop => loop.AllowConcurrentInvocation = true)
            .UseCycles(
                Cycles,
                options =>
                {
                    options.Prices.Add("m", inputUsdPerMillion: 1, outputUsdPerMillion: 2);
                    options.TimeProvider = Clock;
                    chat?.Invoke(options);
                }
            )
            .Build();

    /// <summary>Asks, whole or streamed, with the tools a, b and c at hand.</summary>
    protected async Task<ChatResponse> AskAsync(IChatClient agent, CancellationToken cancellationToken = default) =>
        streaming
            ? await agent
                .GetStreamingResponseAsync("Go.", Options, cancellationToken)
                .ToChatResponseAsync(cancellationToken)
            : await agent.GetResponseAsync("Go.", Options, cancellationToken);

    protected ChatOptions Options =>
        _options ??= new ChatOptions { MaxOutputTokens = 100, Tools = [Tool("a"), Tool("b"), Tool("c")] };

    protected async Task<Balance> BalanceAsync(AmountUnit unit = AmountUnit.UsdMicrocents) =>
        await Cycles.GetBalancesAsync().FirstAsync(balance => balance.Scope == Scope && balance.Remaining.Unit == unit);

    protected IReadOnlyList<ReservationCreateRequest> Creates(string kind) =>
        [.. Authority.Creates.Where(create => create.Action.Kind == kind)];

    private AIFunction Tool(string name) =>
        AIFunctionFactory.Create(
            async () =>
            {
                await Task.Yield();
                Ran.Enqueue(name);
                return $"{name} ok";
            },
            name
        );
}
