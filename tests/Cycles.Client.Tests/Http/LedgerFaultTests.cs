using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using WireMock.Server;

namespace Cycles.Client.Tests;

/// <summary>
/// A client, a ledger, and one fault between them, before the request arrived or after it was applied. The client
/// settles, the ledger is exact to the last unit, and no connection or exception is left behind.
/// </summary>
/// <remarks>The client's clock stands still unless a test moves it, so that no slow machine adds faults of its own.</remarks>
[NonParallelizable] // Unobserved exceptions are the process's.
public sealed class LedgerFaultTests
{
    private const long Spent = 7;

    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Exception> _unobserved = [];
    private readonly ConcurrentQueue<UnrecordedSpend> _unrecorded = [];
    private FakeTimeProvider _clock = null!;
    private LedgerHost _host = null!;
    private LedgerFront _front = null!;
    private WireMockServer? _script;
    private CyclesClient _client = null!;

    private static IEnumerable<LedgerFault> Faults => LedgerFaults.All;

    /// <summary>What other tests left behind is theirs.</summary>
    [OneTimeSetUp]
    public static void CollectBefore() => Collect();

    [SetUp]
    public async Task Start()
    {
        TaskScheduler.UnobservedTaskException += Keep;
        _unrecorded.Clear();
        _clock = new FakeTimeProvider();
        _host = await LedgerHost.StartAsync();
    }

    [TearDown]
    public async Task Nothing_is_left_behind()
    {
        await _client.DisposeAsync();
        await _front.WhenAllClosed().WaitAsync(Patience);
        await _front.DisposeAsync();
        var scripted = _script is null ? [] : ScriptedAnswer.Requests(_script).Select(WireCheck.Problem).ToList();
        _script?.Dispose();
        _script = null;
        await _host.DisposeAsync();
        Collect();
        TaskScheduler.UnobservedTaskException -= Keep;
        Assert.Multiple(() =>
        {
            Assert.That(scripted, Is.All.Null, "every request is as the protocol has it");
            Assert.That(_unobserved, Is.Empty, "unobserved exceptions");
            Assert.That(_unrecorded, Is.Empty, "unrecorded spends");
        });
    }

    [TestCaseSource(nameof(Faults))]
    public async Task Reserve(LedgerFault fault)
    {
        Open(Operation.Create, fault);
        await BeginAsync(Operation.Create, fault);
        var reserving = _client.ReserveAsync(Work, Amount.Tokens(10)).AsTask();
        await PassAsync(fault);
        ReservationGuard guard;
        if (fault.Surfaces)
        {
            var thrown = await Assert.CatchAsync<CyclesException>(() => reserving.WaitAsync(Patience));
            Assert.Multiple(() =>
            {
                Assert.That(thrown!.Status, Is.EqualTo(fault.Answer?.Status));
                Assert.That(
                    thrown.RetryAfter,
                    Is.EqualTo(fault.Answer?.Wait is { } wait ? TimeSpan.FromSeconds(wait) : (TimeSpan?)null)
                );
            });
            var held = fault.Applied ? 10 : 0;
            Assert.That((await _host.BalanceAsync()).Reserved, Is.EqualTo(Amount.Tokens(held)), "until its TTL");
            _host.HoldsExpire();
            End(fault);
            guard = await _client.ReserveAsync(Work, Amount.Tokens(10));
        }
        else
        {
            guard = await reserving.WaitAsync(Patience);
        }

        var settlement = await guard.CommitAsync(Amount.Tokens(Spent));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
        await AssertExactAsync(fault, creates: fault.Applied ? 2 : 1, commits: 1);
    }

    [TestCaseSource(nameof(Faults))]
    public async Task Commit(LedgerFault fault)
    {
        Open(Operation.Commit, fault);
#pragma warning disable CYC002 // Its scope must not wait for a commit that this test holds up.
        var guard = await _client.ReserveAsync(Work, Amount.Tokens(10));
#pragma warning restore CYC002
        await BeginAsync(Operation.Commit, fault);
        var committing = guard.CommitAsync(Amount.Tokens(Spent));
        await PassAsync(fault);
        var settlement = await committing.WaitAsync(Patience);
        if (IsGone(fault) && fault.Applied)
        {
            // Said by whoever stands between: the reservation itself says that it holds this very amount.
            Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.AlreadyFinalized));
            await AssertExactAsync(fault, creates: 1, commits: 1);
            return;
        }

        await SettleAsync(settlement, fault);
        await AssertExactAsync(fault, creates: 1, commits: fault.Applied ? 2 : 1);
    }

    [TestCaseSource(nameof(Faults))]
    public async Task Event(LedgerFault fault)
    {
        Open(Operation.Event, fault);
        await BeginAsync(Operation.Event, fault);
        var recording = _client.RecordEventAsync(Work, Amount.Tokens(Spent));
        await PassAsync(fault);
        await SettleAsync(await recording.WaitAsync(Patience), fault);
        await AssertExactAsync(fault, events: fault.Applied ? 2 : 1);
    }

    /// <summary>Sent twice at most, with one key; what nobody confirms is freed by the hold's TTL.</summary>
    [TestCaseSource(nameof(Faults))]
    public async Task Release(LedgerFault fault)
    {
        Open(Operation.Release, fault);
        var guard = await _client.ReserveAsync(Work, Amount.Tokens(10));
        await BeginAsync(Operation.Release, fault);
        var releasing = guard.ReleaseAsync("changed_mind");
        await PassAsync(fault);
        await releasing.WaitAsync(Patience);
        var held = fault.Surfaces && !fault.Applied ? 10 : 0;
        Assert.That((await _host.BalanceAsync()).Reserved, Is.EqualTo(Amount.Tokens(held)), "until its TTL");
        End(fault);
        _host.HoldsExpire();
        await AssertExactAsync(
            fault,
            creates: 1,
            releases: (fault.Applied ? 1 : 0) + (fault.Surfaces ? 0 : 1),
            spent: 0
        );
    }

    /// <summary>One attempt: the caller hears of it, and the guard goes on.</summary>
    [TestCaseSource(nameof(Faults))]
    public async Task Extend(LedgerFault fault)
    {
        Open(Operation.Extend, fault);
#pragma warning disable CYC002 // Its scope must not wait for a release that this test holds up.
        var guard = await _client.ReserveAsync(Work, Amount.Tokens(10));
#pragma warning restore CYC002
        var begin = guard.ExpiresAt!.Value;
        await BeginAsync(Operation.Extend, fault);
        var extending = guard.ExtendAsync(TimeSpan.FromSeconds(5));
        await PassAsync(fault);
        await AssertThrownAsync(extending, fault);
        Assert.That(guard.ExpiresAt, Is.EqualTo(begin));

        End(fault);
        await guard.ExtendAsync(TimeSpan.FromSeconds(5));
        var end = begin + (fault.Applied ? 2 : 1) * TimeSpan.FromSeconds(5);
        Assert.That(guard.ExpiresAt, Is.EqualTo(end));
        Assert.That(
            (await _host.ReservationAsync(guard.ReservationId!)).ExpiresAtMs,
            Is.EqualTo(end.ToUnixTimeMilliseconds())
        );

        var settlement = await guard.CommitAsync(Amount.Tokens(Spent));
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
        await AssertExactAsync(fault, creates: 1, commits: 1, extends: fault.Applied ? 2 : 1);
    }

    /// <summary>One attempt, which holds nothing whatever becomes of it.</summary>
    [TestCaseSource(nameof(Faults))]
    public async Task Decide(LedgerFault fault)
    {
        Open(Operation.Decide, fault);
        await BeginAsync(Operation.Decide, fault);
        var deciding = _client.DecideAsync(Work, Amount.Tokens(10));
        await PassAsync(fault);
        await AssertThrownAsync(deciding, fault);
        End(fault);
        Assert.That((await _client.DecideAsync(Work, Amount.Tokens(10))).Decision, Is.EqualTo(Decision.Allow));
        await AssertExactAsync(fault, decides: fault.Applied ? 2 : 1, spent: 0);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    /// <summary>A 4xx or 5xx is an answer, and all else an unknown outcome.</summary>
    private static async Task AssertThrownAsync(Task attempt, LedgerFault fault)
    {
        var thrown = await Assert.CatchAsync<CyclesException>(() => attempt.WaitAsync(Patience));
        Assert.Multiple(() =>
        {
            Assert.That(thrown is CyclesTransportException, Is.EqualTo(fault.Answer?.Status is not >= 400));
            Assert.That(
                thrown!.RetryAfter,
                Is.EqualTo(fault.Answer?.Wait is { } wait ? TimeSpan.FromSeconds(wait) : (TimeSpan?)null)
            );
        });
    }

    /// <summary>What never reaches the ledger is scripted before it; the rest passes the front to the host.</summary>
    private void Open(Operation operation, LedgerFault fault)
    {
        var isScripted = fault is { Kind: LedgerFaultKind.Answered, Applied: false };
        _script = isScripted ? ScriptedAnswer.Start(operation, fault.Answer!, _host.Url) : null;
        _front = new LedgerFront(_script is null ? _host.Url : new Uri(_script.Url!));
        _client = new CyclesClient(
            _front.Url,
            Seam.Key,
            new CyclesClientOptions
            {
                TimeProvider = _clock,
                Subject = new Subject { Tenant = "acme" },
                JournalDirectory = TestHome.NewJournal(),
                ConnectTimeout = Deadline / 2,
                ReadTimeout = Deadline / 2,

                // Beats meet their faults elsewhere, and with such a deadline they come at once.
                HeartbeatEnabled = false,
                RetryInitialDelay = TimeSpan.FromMilliseconds(10),
                OnSpendUnrecorded = _unrecorded.Enqueue,
            }
        );
    }

    /// <summary>From here on the next request of the operation meets the fault.</summary>
    private async Task BeginAsync(Operation operation, LedgerFault fault)
    {
        switch (fault.Kind)
        {
            case LedgerFaultKind.Refused:
                await _front.RefuseAsync();
                break;
            case LedgerFaultKind.ResetBefore:
                await _front.ResetNextAsync();
                break;
            default:
                if (_script is null)
                {
                    _host.Arm(operation, fault);
                }

                break;
        }
    }

    /// <summary>Lets the deadline of an attempt pass that would hang for ever.</summary>
    private async Task PassAsync(LedgerFault fault)
    {
        if (fault.Kind == LedgerFaultKind.Hang)
        {
            await _host.WhenMet.WaitAsync(Patience);
            _clock.Advance(Deadline);
        }
    }

    private void End(LedgerFault fault)
    {
        if (fault.Kind == LedgerFaultKind.Refused)
        {
            _front.Accept();
        }
    }

    private async Task SettleAsync(Settlement settlement, LedgerFault fault)
    {
        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Pending));
        End(fault);
        var flushing = _client.FlushAsync(TimeSpan.FromHours(2));
        if (fault.Floor > TimeSpan.Zero)
        {
            _clock.Advance(fault.Floor - TimeSpan.FromMilliseconds(1));
            Assert.That(flushing.IsCompleted, Is.False, "Retry-After is a floor");
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.That(await flushing.WaitAsync(Patience), Is.EqualTo(new FlushResult { Settled = 1 }));
    }

    private async Task AssertExactAsync(
        LedgerFault fault,
        int creates = 0,
        int commits = 0,
        int events = 0,
        int releases = 0,
        int extends = 0,
        int decides = 0,
        long spent = Spent
    )
    {
        await AssertMetAsync(fault);
        var balance = await _host.BalanceAsync();
        Assert.Multiple(() =>
        {
            Assert.That(balance.Spent, Is.EqualTo(Amount.Tokens(spent)), "spent");
            Assert.That(balance.Reserved, Is.EqualTo(Amount.Tokens(0)), "reserved");
            Assert.That(balance.Debt?.Value ?? 0, Is.Zero, "debt");
            Assert.That(
                new[]
                {
                    _host.Reached(Operation.Create),
                    _host.Reached(Operation.Commit),
                    _host.Reached(Operation.Event),
                    _host.Reached(Operation.Release),
                    _host.Reached(Operation.Extend),
                    _host.Reached(Operation.Decide),
                },
                Is.EqualTo(new[] { creates, commits, events, releases, extends, decides }),
                "what came as far as the ledger"
            );
        });
    }

    /// <summary>A fault that nobody met proves nothing.</summary>
    private async Task AssertMetAsync(LedgerFault fault)
    {
        switch (fault.Kind)
        {
            case LedgerFaultKind.Refused:
                break; // What was thrown, held or pending says so.
            case LedgerFaultKind.ResetBefore:
                Assert.That(_front.HasReset, "the connection was reset");
                break;
            default:
                if (_script is not null)
                {
                    Assert.That(ScriptedAnswer.WasGiven(_script), "the script was followed");
                }
                else
                {
                    await _host.WhenMet.WaitAsync(Patience);
                }

                break;
        }
    }

    private static bool IsGone(LedgerFault fault) => fault.Answer?.Status == 410;

    private void Keep(object? sender, UnobservedTaskExceptionEventArgs e)
    {
        lock (_unobserved)
        {
            _unobserved.Add(e.Exception);
        }

        e.SetObserved();
    }
}
