using System.Text.Json;
using Cycles.Authority;
using Cycles.Extensions.AI.Tests.Tools;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>
/// A guarded model on a real ledger, on one fake clock. Each test says what it spends in all, and the ledger has to agree
/// to the last microcent, with nothing left reserved and nothing of the content in any request or log.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class ChatFixture
{
    /// <summary>Part of every text that is sent or answered.</summary>
    protected const string Canary = "canary-5d1f";

    protected static readonly Amount Budget = Amount.Usd(10);

    private long _spent;

    protected FakeTimeProvider Clock { get; private set; } = null!;

    protected EmbeddedAuthority Ledger { get; private set; } = null!;

    protected RecordingAuthority Authority { get; private set; } = null!;

    protected CyclesClient Cycles { get; private set; } = null!;

    protected FakeLogCollector Logs { get; private set; } = null!;

    protected ILoggerFactory Loggers { get; private set; } = null!;

    protected FakeModel Model { get; private set; } = null!;

    protected ReservationCreateRequest Create => Authority.Creates.Single();

    protected CommitRequest Commit => Authority.Requests.OfType<CommitRequest>().Single();

    protected ReleaseRequest Release => Authority.Requests.OfType<ReleaseRequest>().Single();

    [SetUp]
    public void MakeLedger()
    {
        _spent = 0;
        Clock = new FakeTimeProvider(new DateTimeOffset(2026, 4, 12, 12, 0, 0, TimeSpan.Zero));
        Ledger = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = Clock });
        Ledger.Administer("acme").Budget("tenant:acme", Budget);
        Authority = new RecordingAuthority(Ledger.ForTenant("acme"));
        Logs = new FakeLogCollector();
        Loggers = LoggerFactory.Create(logging =>
            logging.SetMinimumLevel(LogLevel.Trace).Services.AddSingleton<ILoggerProvider>(new FakeLoggerProvider(Logs))
        );
        Cycles = new CyclesClient(Authority, new CyclesClientOptions { TimeProvider = Clock, LoggerFactory = Loggers });
        Model = new FakeModel { Reply = _ => Reply(1, 1) };
    }

    [TearDown]
    public async Task The_ledger_is_exact_and_the_content_stayed_here()
    {
        var balances = await Cycles.GetBalancesAsync().ToListAsync();
        Cycles.Dispose();
        Loggers.Dispose();
        Model.Dispose();
        var balance = balances.Single(found => found.Scope == "tenant:acme" && found.Remaining.Unit == Budget.Unit);
        Assert.Multiple(() =>
        {
            Assert.That(balance.Spent, Is.EqualTo(Amount.UsdMicrocents(_spent)), "spent");
            Assert.That(balance.Reserved, Is.EqualTo(Amount.UsdMicrocents(0)), "reserved");
            Assert.That(Logs.GetSnapshot().Select(Text), Has.None.Contains(Canary));
            Assert.That(
                Authority.Requests.Select(request => JsonSerializer.Serialize(request, request.GetType())),
                Has.None.Contains(Canary)
            );
        });
    }

    /// <summary>What the ledger has to show as spent when the test ends, in microcents.</summary>
    protected void Spends(long microcents) => _spent = microcents;

    /// <summary>An input token costs 100 microcents, a cached one 50, an output token 200.</summary>
    protected IChatClient Guard(Action<CyclesChatOptions>? configure = null) => Guard(Model, configure);

    protected IChatClient Guard(IChatClient model, Action<CyclesChatOptions>? configure = null) =>
        model.WithCycles(Cycles, options => Configure(options, configure));

    protected void Configure(CyclesChatOptions options, Action<CyclesChatOptions>? configure)
    {
        options.Prices.Add("m", inputUsdPerMillion: 1, outputUsdPerMillion: 2, cachedInputUsdPerMillion: 0.5m);
        options.LoggerFactory = Loggers;
        options.TimeProvider = Clock;
        configure?.Invoke(options);
    }

    protected void Cap(Caps caps) => Ledger.Administer("acme").SetCaps("tenant:acme", Budget.Unit, caps);

    protected static List<ChatMessage> Ask(string text = Canary) => [new(ChatRole.User, text)];

    protected static ChatResponse Reply(long input, long output, string? model = null) =>
        Reply(new UsageDetails { InputTokenCount = input, OutputTokenCount = output }, model);

    protected static ChatResponse Reply(UsageDetails? usage, string? model = null) =>
        new(new ChatMessage(ChatRole.Assistant, $"{Canary} answer")) { Usage = usage, ModelId = model };

    protected static ChatResponseUpdate Text(string text = $"{Canary} part") => new(ChatRole.Assistant, text);

    protected static ChatResponseUpdate Usage(long input, long output) =>
        new(
            ChatRole.Assistant,
            [new UsageContent(new UsageDetails { InputTokenCount = input, OutputTokenCount = output })]
        );

    protected static ChatResponseUpdate Finish() => new() { FinishReason = ChatFinishReason.Stop };

    protected static AIFunction Tool(string name) => AIFunctionFactory.Create(() => $"{Canary} result", name);

    protected IReadOnlyList<int> LogIds => [.. Logs.GetSnapshot().Select(record => record.Id.Id)];

    private static string Text(FakeLogRecord record) =>
        $"{record.Message} {record.Exception} {string.Join(' ', record.StructuredState ?? [])}";
}
