using System.Collections.Concurrent;
using System.Text.Json;
using Cycles.Authority;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Client.Tests;

/// <summary>
/// A client on a faulty way to a real ledger, all on one fake clock. Each test says what it spends in all, and the
/// ledger has to agree to the last unit, with nothing left reserved.
/// </summary>
public abstract class ClientFixture
{
    protected const long Budget = 10_000;

    protected static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    private long _spent;

    protected FakeTimeProvider Clock { get; private set; } = null!;

    protected EmbeddedAuthority Ledger { get; private set; } = null!;

    protected FaultyAuthority Authority { get; private set; } = null!;

    protected CyclesClient Client { get; private set; } = null!;

    protected FakeLogCollector Logs { get; private set; } = null!;

    protected ConcurrentQueue<UnrecordedSpend> Unrecorded { get; private set; } = null!;

    [SetUp]
    public void MakeClient()
    {
        _spent = 0;
        Clock = new FakeTimeProvider(new DateTimeOffset(2026, 4, 12, 12, 0, 0, TimeSpan.Zero));
        Ledger = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = Clock });
        Ledger.Administer("acme").Budget("tenant:acme", Tokens(Budget));
        Authority = new FaultyAuthority(Ledger.ForTenant("acme"));
        Unrecorded = new ConcurrentQueue<UnrecordedSpend>();
        Logs = new FakeLogCollector();
        Client = NewClient();
    }

    [TearDown]
    public async Task The_ledger_is_exact()
    {
        Client.Dispose();
        var balance = await BalanceAsync();
        Assert.Multiple(() =>
        {
            Assert.That(balance.Spent, Is.EqualTo(Tokens(_spent)), "spent");
            Assert.That(balance.Reserved, Is.EqualTo(Tokens(0)), "reserved");
            Assert.That(balance.Debt?.Value ?? 0, Is.Zero, "debt");
        });
    }

    protected static Amount Tokens(long amount) => Amount.Tokens(amount);

    protected static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    protected static TaskCompletionSource NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the ledger has to show as spent when the test ends.</summary>
    protected void Spends(long amount) => _spent = amount;

    /// <summary>Lets time pass in small steps, so that each timer finds the clock where it set it.</summary>
    protected void Pass(TimeSpan time)
    {
        var step = TimeSpan.FromMilliseconds(100);
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            Clock.Advance(step);
        }
    }

    /// <summary>Moves the clock past every hold that is still out.</summary>
    protected void HoldsExpire() => Clock.Advance(TimeSpan.FromMinutes(2));

    protected CyclesClient NewClient(Action<CyclesClientOptions>? configure = null)
    {
        var options = new CyclesClientOptions
        {
            TimeProvider = Clock,
            OnSpendUnrecorded = Unrecorded.Enqueue,
            LoggerFactory = Microsoft.Extensions.Logging.LoggerFactory.Create(logging =>
                logging.Services.Add(
                    Microsoft.Extensions.DependencyInjection.ServiceDescriptor.Singleton<Microsoft.Extensions.Logging.ILoggerProvider>(
                        new FakeLoggerProvider(Logs)
                    )
                )
            ),
        };
        configure?.Invoke(options);
        return new CyclesClient(Authority, options);
    }

    protected async Task<Balance> BalanceAsync()
    {
        var response = await Ledger
            .ForTenant("acme")
            .GetBalancesAsync(new BalanceQuery { Subject = new Subject { Tenant = "acme" } });
        return response.Value!.Balances.Single(balance => balance.Remaining.Unit == AmountUnit.Tokens);
    }

    protected async Task<ReservationDetail?> ReservationAsync(string? id)
    {
        var response = await Ledger.ForTenant("acme").GetReservationAsync(id!);
        return response.Value;
    }

    protected IReadOnlyList<string> Keys(Operation operation) =>
        operation switch
        {
            Operation.Create =>
            [
                .. Authority.Requests<ReservationCreateRequest>(operation).Select(request => request.IdempotencyKey),
            ],
            Operation.Commit =>
            [
                .. Authority.Requests<CommitRequest>(operation).Select(request => request.IdempotencyKey),
            ],
            Operation.Release =>
            [
                .. Authority.Requests<ReleaseRequest>(operation).Select(request => request.IdempotencyKey),
            ],
            Operation.Event =>
            [
                .. Authority.Requests<EventCreateRequest>(operation).Select(request => request.IdempotencyKey),
            ],
            Operation.Extend =>
            [
                .. Authority.Requests<ReservationExtendRequest>(operation).Select(request => request.IdempotencyKey),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
}
