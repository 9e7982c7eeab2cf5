using System.Collections.Concurrent;
using Cycles.Authority;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>
/// Tools guarded on a real ledger. Each test says what it spends in all, and the ledger has to agree to the last point,
/// with nothing left reserved.
/// </summary>
public abstract class ToolFixture
{
    private long _spent;

    protected EmbeddedAuthority Ledger { get; private set; } = null!;

    protected RecordingAuthority Authority { get; private set; } = null!;

    protected CyclesClient Cycles { get; private set; } = null!;

    protected ConcurrentQueue<string> Ran { get; private set; } = null!;

    [SetUp]
    public void MakeClient()
    {
        _spent = 0;
        Ran = [];
        Ledger = new EmbeddedAuthority();
        Ledger.Administer("acme").Budget("tenant:acme", Amount.RiskPoints(1_000));
        Authority = new RecordingAuthority(Ledger.ForTenant("acme"));
        Cycles = new CyclesClient(Authority);
    }

    [TearDown]
    public async Task The_ledger_is_exact()
    {
        var balance = await Cycles
            .GetBalancesAsync()
            .SingleAsync(found => found.Scope == "tenant:acme" && found.Remaining.Unit == AmountUnit.RiskPoints);
        await Cycles.DisposeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(balance.Spent, Is.EqualTo(Amount.RiskPoints(_spent)), "spent");
            Assert.That(balance.Reserved, Is.EqualTo(Amount.RiskPoints(0)), "reserved");
        });
    }

    /// <summary>What the ledger has to show as spent when the test ends.</summary>
    protected void Spends(long points) => _spent = points;

    protected static Action<ToolTerms> Costs(long points, DenialMode mode = DenialMode.Skip) =>
        terms =>
        {
            terms.Estimate = Amount.RiskPoints(points);
            terms.WhenDenied = mode;
        };

    /// <summary>A function that notes that it ran.</summary>
    protected AIFunction Tool(string name) =>
        AIFunctionFactory.Create(
            () =>
            {
                Ran.Enqueue(name);
                return $"{name} ok";
            },
            name
        );

    /// <summary>A function that notes that it ran, and fails.</summary>
    protected AIFunction FailingTool(string name, Exception? failure = null) =>
        AIFunctionFactory.Create(
            string () =>
            {
                Ran.Enqueue(name);
                throw failure ?? new InvalidOperationException("The tool broke.");
            },
            name
        );
}
