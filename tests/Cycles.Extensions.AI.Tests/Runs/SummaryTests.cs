using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>What a run tells of itself.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class SummaryTests(bool streaming) : RunFixture(streaming)
{
    [Test]
    public async Task A_summary_has_calls_denials_spend_and_estimates_by_model_and_tool()
    {
        using var agent = Agent(
            new MeteredModel(["a", "b"], ["a", "c"]),
            policy =>
            {
                policy["b"].Estimate = Amount.RiskPoints(0);
                policy["c"].Estimate = Amount.RiskPoints(1_001);
            }
        );
        var run = Begin();
        await AskAsync(agent);
        Clock.Advance(TimeSpan.FromSeconds(30));
        await run.DisposeAsync();

        var summary = Summaries.Single();
        Assert.Multiple(() =>
        {
            Assert.That(summary.RunId, Is.EqualTo(run.Id));
            Assert.That(summary.EndedAt - summary.StartedAt, Is.EqualTo(TimeSpan.FromSeconds(30)));
            Assert.That((summary.Steps, summary.Calls, summary.Denials), Is.EqualTo((3, 6, 1)));
            Assert.That(
                summary.Tools.Select(item => $"{item.Name} {item.Calls} {item.Denials} {item.Spend} {item.Ratio}"),
                Is.EqualTo(new[] { "a 2 0 10 RISK_POINTS 1", "b 1 0 0 RISK_POINTS ", "c 0 1 0 RISK_POINTS " })
            );
            var model = summary.Models.Single();
            Assert.That((model.Name, model.Calls, model.Spend), Is.EqualTo(("m", 3, Amount.UsdMicrocents(3 * Turn))));
            Assert.That(
                model.Estimate.Value,
                Is.EqualTo(Creates("llm.completion").Sum(create => create.Estimate.Value))
            );
            Assert.That(model.Ratio, Is.GreaterThan(0).And.LessThan(1));
            Assert.That(
                summary.Budgets.Select(balance => (balance.Scope, balance.Remaining.Value)),
                Is.EquivalentTo(new[] { (Scope, 100_000_000 - 3 * Turn), (Scope, 1_000 - 2 * Points) })
            );
        });
    }

    [Test]
    public async Task Tools_that_nobody_priced_are_listed()
    {
        using var agent = new MeteredModel(["a", "b"])
            .AsBuilder()
            .UseCyclesTools(Cycles, policy => policy["a"].Estimate = Amount.RiskPoints(1))
            .UseFunctionInvocation()
            .Build();
        await using var run = Begin();

        await AskAsync(agent);

        Assert.That(run.Summary.UnconfiguredTools, Is.EqualTo(new[] { "b" }));
        Assert.That(run.Summary.Denials, Is.EqualTo(1));
    }

    [Test]
    public async Task The_end_of_a_run_is_one_line_of_the_log()
    {
        var logs = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(logging =>
            logging.Services.AddSingleton<ILoggerProvider>(new FakeLoggerProvider(logs))
        );
        using var agent = Agent(
            new MeteredModel(["a", "b"]),
            policy => policy["b"].Estimate = Amount.RiskPoints(1_001)
        );
        await using (Begin(o => o.LoggerFactory = loggers))
        {
            await AskAsync(agent);
            Clock.Advance(TimeSpan.FromSeconds(30));
        }

        var line = logs.GetSnapshot().Single();
        Assert.That(line.Level, Is.EqualTo(LogLevel.Information));
        Assert.That(
            line.Message,
            Does.Match(
                @"^Run case \([0-9a-f]{32}\): 2026-04-12T12:00:00Z to 2026-04-12T12:00:30Z, 2 steps, 3 calls, 1 denied, "
                    + @"spent 24000 USD_MICROCENTS, 5 RISK_POINTS; "
                    + @"m 2 calls, 0 denied, 24000 USD_MICROCENTS of \d{5} held \(x0\.\d\d\); "
                    + @"a 1 calls, 0 denied, 5 RISK_POINTS of 5 held \(x1\.00\); "
                    + @"b 0 calls, 1 denied, 0 RISK_POINTS of 0 held; "
                    + @"tenant:acme has 99976000 USD_MICROCENTS left; tenant:acme has 995 RISK_POINTS left$"
            )
        );
    }

    [Test]
    public async Task A_failed_call_is_a_call_that_cost_nothing()
    {
        var model = new MeteredModel { Waits = _ => throw new InvalidOperationException("The model broke.") };
        using var agent = Agent(model);
        await using var run = Begin();

        Assert.That(async () => await AskAsync(agent), Throws.InvalidOperationException);

        var item = run.Summary.Models.Single();
        Assert.That((item.Calls, item.Spend.Value, item.Estimate.Value), Is.EqualTo((1, 0L, 0L)));
    }

    [Test]
    public async Task What_the_ledger_refused_is_no_spend()
    {
        using var agent = Agent(new MeteredModel());
        await using var run = Begin();
        Authority.RefusesCommits = new CyclesError
        {
            Status = 409,
            RawCode = "RESERVATION_FINALIZED",
            Message = "No.",
        };

        await AskAsync(agent);

        Assert.That(run.Summary.Spend, Is.Empty);
        Authority.RefusesCommits = null;
        Clock.Advance(TimeSpan.FromMinutes(2));
    }

    [Test]
    public async Task A_hand_off_is_on_record_where_the_unit_has_a_budget()
    {
        await using var run = Begin();

        Assert.That(await run.HandOffAsync("refund-agent"), Is.True);
        Assert.That(await run.HandOffAsync("refund-agent", AmountUnit.Credits), Is.False);

        var first = Authority.Requests.OfType<EventCreateRequest>().First();
        Assert.Multiple(() =>
        {
            Assert.That(first.Action, Is.EqualTo(new CyclesAction("agent.handoff", "refund-agent")));
            Assert.That(first.Actual, Is.EqualTo(Amount.Usd(0)));
            Assert.That(first.Subject.Dimensions!["run"], Is.EqualTo(run.Id));
            Assert.That(run.Summary.HandOffs, Is.EqualTo(1));
            Assert.That(run.Summary.Budgets.Single().Remaining.Value, Is.EqualTo(100_000_000));
        });
    }

    [Test]
    public void Limits_out_of_range_are_named()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Begin(o => o.MaxSteps = 0), Throws.ArgumentException.With.Message.Contains("MaxSteps"));
            Assert.That(
                () => Begin(o => o.Hold = Amount.Usd(0)),
                Throws.ArgumentException.With.Message.Contains("Hold")
            );
            Assert.That(
                () => Begin(o => (o.Hold, o.KeepForFinalAnswer) = (Amount.Usd(1), Amount.Usd(1))),
                Throws.ArgumentException.With.Message.Contains("KeepForFinalAnswer")
            );
            Assert.That(() => Begin(name: " "), Throws.ArgumentException);
        });
    }
}
