using System.Text;
using Cycles.RecoveryWorker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Client.Tests;

/// <summary>
/// A real ledger over HTTP, a real journal on disk, clients on a fake clock, and processes that can be killed. Each test
/// says what it spends in all, and the ledger has to have that, and nothing else.
/// </summary>
public abstract class ScenarioFixture
{
    protected static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    private readonly List<CyclesClient> _clients = [];
    private long _spent;

    private protected LedgerServer Ledger { get; private set; } = null!;

    protected FakeTimeProvider Clock { get; private set; } = null!;

    protected FakeLogCollector Logs { get; } = new();

    /// <summary>The base folder of the journal.</summary>
    protected string Base { get; private set; } = null!;

    /// <summary>The folder of the records.</summary>
    protected string Folder { get; private set; } = null!;

    [SetUp]
    public async Task StartLedger()
    {
        Ledger = await LedgerServer.StartAsync();
        Clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow()); // Processes that die have the real one.
        Base = Directory.CreateTempSubdirectory("cycles-recovery-").FullName;
        var identity = JournalIdentity.OfTenant(Ledger.Url.OriginalString, LedgerServer.Tenant);
        Folder = Path.Combine(Base, identity.Name);
    }

    [TearDown]
    public async Task The_ledger_is_exact_and_no_record_is_left()
    {
        _clients.ForEach(client => client.Dispose());
        await Ledger.WhenQuietAsync();
        Ledger.HoldsExpire();
        var balance = await Ledger.BalanceAsync();
        var records = Records();
        await Ledger.DisposeAsync();
        Directory.Delete(Base, recursive: true);
        Assert.Multiple(() =>
        {
            Assert.That(balance.Spent, Is.EqualTo(Amount.Tokens(_spent)), "spent");
            Assert.That(balance.Reserved, Is.EqualTo(Amount.Tokens(0)), "reserved");
            Assert.That(records, Is.Empty, "records");
        });
    }

    /// <summary>What the ledger has to show as spent when the test ends.</summary>
    protected void Spends(long amount) => _spent = amount;

    protected string[] Records() => Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*.json") : [];

    /// <summary>The only record that there is.</summary>
    private protected JournalRecord Record() => JournalRecord.Parse(File.ReadAllBytes(Records().Single()));

    protected CyclesClient Start(Action<CyclesClientOptions>? configure = null, string? key = LedgerServer.ApiKey)
    {
        var options = new CyclesClientOptions
        {
            Subject = new Subject { Tenant = LedgerServer.Tenant },
            JournalDirectory = Base,
            TimeProvider = Clock,
            LoggerFactory = LoggerFactory.Create(logging =>
                logging.Services.AddSingleton<ILoggerProvider>(new FakeLoggerProvider(Logs))
            ),
        };
        configure?.Invoke(options);
        var client = new CyclesClient(Ledger.Url, key, options);
        _clients.Add(client);
        return client;
    }

    private protected WorkerProcess StartProcess(KillPoint? point = null, string key = LedgerServer.ApiKey) =>
        new([
            "spend",
            Ledger.Url.OriginalString,
            key,
            LedgerServer.Tenant,
            Base,
            .. point is null ? [] : new[] { point.ToString()! },
        ]);

    /// <summary>A process spends, and dies of it.</summary>
    /// <returns>The reservation.</returns>
    private protected async Task<string> DieAsync(long amount, KillPoint point)
    {
        using var process = StartProcess();
        var said = await process.AskAsync($"spend {amount} {point}");
        await process.TellAsync();
        await AssertKilledAsync(process);
        return said!.Split(' ')[1];
    }

    private protected static async Task AssertKilledAsync(WorkerProcess process)
    {
        Assert.That(await process.ReadLineAsync(), Is.Null, "nothing more is said");
        Assert.That((await process.EndAsync()).ExitCode, Is.EqualTo(WorkerProcess.Killed));
    }

    /// <summary>Tries everything once, whatever the clock says, which stands still.</summary>
    protected static Task<FlushResult> FlushAsync(CyclesClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.FlushAsync(TimeSpan.FromHours(1)).WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>A process settles what it finds.</summary>
    private protected async Task RestartAsync(string key = LedgerServer.ApiKey)
    {
        using var process = StartProcess(key: key);
        Assert.That(await process.AskAsync("flush"), Is.EqualTo("replayed 1 rejected 0 pending 0"));
        Assert.That(await process.EndAsync(), Is.EqualTo((0, "")));
    }

    /// <summary>What settled, or tried to, in order; all with one key, and each operation with one body.</summary>
    private protected void AssertRequests(params string[] operations)
    {
        var requests = Ledger.Requests.Where(request => request.Operation != "reserve").ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(requests.Select(request => request.Operation), Is.EqualTo(operations));
            Assert.That(requests.Select(request => request.Key).Distinct().Count(), Is.AtMost(1), "keys");
            Assert.That(
                requests.Select(request => request.Body).Distinct().Count(),
                Is.EqualTo(operations.Distinct().Count()),
                "bodies"
            );
        });
    }

    /// <summary>Whether a text stands anywhere in the journal, in a file or in a name.</summary>
    protected bool IsOnDisk(string text) =>
        Directory
            .GetFileSystemEntries(Base, "*", SearchOption.AllDirectories)
            .Any(path =>
                path.Contains(text, StringComparison.Ordinal)
                || (
                    File.Exists(path)
                    && Encoding.UTF8.GetString(File.ReadAllBytes(path)).Contains(text, StringComparison.Ordinal)
                )
            );

    /// <summary>Replays run on threads of their own, whatever the clock says.</summary>
    protected static async Task EventuallyAsync(Func<bool> condition, string what)
    {
        for (var i = 0; i < 6_000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.That(condition, what);
    }
}
