using System.Text.Json;
using Cycles.Authority;
using Cycles.Extensions.AI.Tests.Tools;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel.Tests;

/// <summary>
/// A governed kernel on a real ledger. Each test says what it spends in all, and the ledger has to agree to the last
/// point, with nothing left reserved and nothing of arguments, results or exceptions in any request or log of ours.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class KernelFixture
{
    /// <summary>Part of every argument, result, prompt and exception.</summary>
    protected const string Canary = "canary-9b2e";

    private long _points;
    private long _microcents;

    protected EmbeddedAuthority Ledger { get; private set; } = null!;

    protected RecordingAuthority Authority { get; private set; } = null!;

    protected CyclesClient Cycles { get; private set; } = null!;

    protected FakeLogCollector Logs { get; private set; } = null!;

    protected ILoggerFactory Loggers { get; private set; } = null!;

    protected CrmPlugin Crm { get; private set; } = null!;

    /// <summary>What the guards told operators.</summary>
    protected IReadOnlyList<string> Told =>
        [.. Logs.GetSnapshot().Where(IsOurs).Select(record => $"{record.Id.Id} {record.Message} {record.Exception}")];

    protected IReadOnlyList<string> Reserved => [.. Authority.Creates.Select(create => create.Action.Name)];

    [SetUp]
    public void MakeLedger()
    {
        Ledger = new EmbeddedAuthority();
        Ledger.Administer("acme").Budget("tenant:acme", Amount.RiskPoints(1_000)).Budget("tenant:acme", Amount.Usd(10));
        Authority = new RecordingAuthority(Ledger.ForTenant("acme"));
        Logs = new FakeLogCollector();
        Loggers = LoggerFactory.Create(logging =>
            logging.SetMinimumLevel(LogLevel.Trace).Services.AddSingleton<ILoggerProvider>(new FakeLoggerProvider(Logs))
        );
        Cycles = new CyclesClient(Authority, new CyclesClientOptions { LoggerFactory = Loggers });
        Crm = new CrmPlugin();
    }

    [TearDown]
    public async Task The_ledger_is_exact_and_the_content_stayed_here()
    {
        var balances = await Cycles.GetBalancesAsync().ToListAsync();
        Cycles.Dispose();
        Loggers.Dispose();
        var points = balances.Single(found => found.Remaining.Unit == AmountUnit.RiskPoints);
        var money = balances.Single(found => found.Remaining.Unit == AmountUnit.UsdMicrocents);
        Assert.Multiple(() =>
        {
            Assert.That(points.Spent, Is.EqualTo(Amount.RiskPoints(_points)), "points spent");
            Assert.That(points.Reserved, Is.EqualTo(Amount.RiskPoints(0)), "points reserved");
            Assert.That(money.Spent, Is.EqualTo(Amount.UsdMicrocents(_microcents)), "microcents spent");
            Assert.That(money.Reserved, Is.EqualTo(Amount.UsdMicrocents(0)), "microcents reserved");
            Assert.That(Written, Has.None.Contains(Canary).And.None.Contains(CrmPlugin.Fault), "logs");
            Assert.That(Sent, Has.None.Contains(Canary).And.None.Contains(CrmPlugin.Fault), "requests");
        });
    }

    /// <summary>All that our logs hold, on every level: messages, exceptions, and the values and scopes beside them.</summary>
    private IEnumerable<string> Written =>
        Logs.GetSnapshot()
            .Where(IsOurs)
            .Select(record =>
                $"{record.Message} {record.Exception} {JsonSerializer.Serialize(record.StructuredState)} {string.Join(' ', record.Scopes)}"
            );

    private IEnumerable<string> Sent =>
        Authority.Requests.Select(request => JsonSerializer.Serialize(request, request.GetType()));

    private static bool IsOurs(FakeLogRecord record) =>
        record.Category is "Cycles.SemanticKernel" or "Cycles.Extensions.AI" or "Cycles.Client";

    /// <summary>What the ledger has to show as spent when the test ends.</summary>
    protected void Spends(long points = 0, long microcents = 0) => (_points, _microcents) = (points, microcents);

    /// <summary>A builder with the plugin Crm and our logs.</summary>
    protected IKernelBuilder Builder()
    {
        var builder = Kernel.CreateBuilder();
        builder.Services.AddSingleton(Loggers);
        builder.Plugins.AddFromObject(Crm, "Crm");
        return builder;
    }

    /// <summary>A kernel in which each function that is not priced otherwise costs 10 points.</summary>
    protected Kernel Governed(Action<CyclesKernelOptions>? configure = null, Action<IKernelBuilder>? build = null)
    {
        var builder = Builder();
        build?.Invoke(builder);
        return builder.AddCycles(options => Configure(options, configure), Cycles).Build();
    }

    /// <summary>A governed kernel with a filter of somebody else's, which runs outside of ours or inside.</summary>
    protected Kernel WithForeign(
        bool isOutside,
        Func<FunctionInvocationContext, Func<FunctionInvocationContext, Task>, Task> filter,
        Action<CyclesKernelOptions>? configure = null
    )
    {
        var builder = Builder();
        if (isOutside)
        {
            builder.Services.AddSingleton<IFunctionInvocationFilter>(new ForeignFilter(filter));
        }

        builder.AddCycles(options => Configure(options, configure), Cycles);
        if (!isOutside)
        {
            builder.Services.AddSingleton<IFunctionInvocationFilter>(new ForeignFilter(filter));
        }

        return builder.Build();
    }

    /// <summary>An input token costs 100 microcents, an output token 200.</summary>
    protected static void Configure(CyclesKernelOptions options, Action<CyclesKernelOptions>? configure)
    {
        options.Tools.Default.Estimate = Amount.RiskPoints(10);
        options.Chat.Prices.Add("m", inputUsdPerMillion: 1, outputUsdPerMillion: 2);
        configure?.Invoke(options);
    }

    protected static KernelArguments Secret => new() { ["secret"] = Canary };
}
