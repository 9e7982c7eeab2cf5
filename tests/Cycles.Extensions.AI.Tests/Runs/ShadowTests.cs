using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>Everything is evaluated, nothing is blocked or charged.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class ShadowTests(bool streaming) : RunFixture(streaming), IDisposable
{
    private readonly StringWriter _lines = new();

    public void Dispose() => _lines.Dispose();

    private IReadOnlyList<JsonElement> Lines =>
        [
            .. _lines
                .ToString()
                .Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line)),
        ];

    [Test]
    public async Task A_run_in_shadow_does_what_it_would_have_done_and_reports_what_it_may_not()
    {
        Admin.Budget("tenant:acme/agent:x", Amount.RiskPoints(2 * Points));
        var report = new ShadowReport(_lines);
        var model = new MeteredModel(["a", "b", "c"], ["a"]);
        using var agent = Agent(model, policy => policy["*"].WhenDenied = DenialMode.Terminate);
        await using (
            var run = Begin(o =>
            {
                o.Shadow = report;
                o.Subject = new Subject { Agent = "x" };
            })
        )
        {
            var response = await AskAsync(agent);

            Assert.That(response.Text, Does.EndWith("done"));
            Assert.That(run.ThrowIfDenied, Throws.Nothing);
            Assert.That(await run.HandOffAsync("other"), Is.False);
        }

        Assert.Multiple(() =>
        {
            Assert.That(Ran, Has.Count.EqualTo(4));
            Assert.That(Authority.Creates.Select(create => create.DryRun), Is.All.True);
            Assert.That(Authority.Requests, Is.All.InstanceOf<ReservationCreateRequest>());
            Assert.That((report.Evaluated, report.Refused), Is.EqualTo((7, 2)));
            Assert.That(report.Saved, Is.EqualTo(new[] { Amount.RiskPoints(2 * Points) }));
            Assert.That(Summaries.Single().Spend, Is.Empty);
            Assert.That(Summaries.Single().Calls, Is.EqualTo(7));
            Assert.That(
                Lines.Select(line => line.GetProperty("reason_code").GetString()),
                Is.All.EqualTo("BUDGET_EXCEEDED")
            );
            Assert.That(
                Lines.Sum(line => line.GetProperty("saved").GetProperty("amount").GetInt64()),
                Is.EqualTo(2 * Points)
            );
            Assert.That(
                Lines.Select(line =>
                    line.GetProperty("subject").GetProperty("dimensions").GetProperty("run").GetString()
                ),
                Is.All.EqualTo(Summaries.Single().RunId)
            );
        });
    }

    [Test]
    public async Task Caps_of_a_shadowed_guard_change_nothing()
    {
        Admin.SetCaps(
            Scope,
            AmountUnit.UsdMicrocents,
            new Caps
            {
                MaxTokens = 0,
                ToolAllowlist = ["b"],
                CooldownMs = 60_000,
            }
        );
        var report = new ShadowReport(_lines);
        var model = new MeteredModel(["a"]);
        using var agent = Agent(model, chat: o => o.Shadow = report);

        await AskAsync(agent);

        Assert.That(model.Options.First(), Is.SameAs(Options));
        Assert.That(Ran, Is.EqualTo(new[] { "a" }));
        Assert.That((report.Evaluated, report.Refused, report.Capped), Is.EqualTo((2, 0, 2)));
        Assert.That(_lines.ToString(), Is.Empty);
        Summaries.Enqueue(SpentOutsideRuns(Amount.RiskPoints(Points)));
    }

    [Test]
    public async Task The_limits_of_the_run_are_evaluated_too()
    {
        var report = new ShadowReport(_lines);
        var model = new MeteredModel(["a"], ["a"], ["a"]);
        using var agent = Agent(model);
        await using (
            Begin(o =>
            {
                o.Shadow = report;
                o.MaxSteps = 3;
                o.MaxSameCalls = 2;
                o.Preflight = Amount.Usd(2);
                o.Hold = Amount.RiskPoints(Points);
                o.Cooldown = TimeSpan.FromHours(1);
            })
        )
        {
            await AskAsync(agent);
        }

        Assert.That(model.Calls, Is.EqualTo(4));
        Assert.That(Ran, Has.Count.EqualTo(3));
        Assert.That(
            Lines.Select(line => line.GetProperty("reason_code").GetString()),
            Is.EqualTo(new[] { "BUDGET_EXCEEDED", "RUN_HOLD_SPENT", "CALL_REPEATED", "NO_STEPS_LEFT" })
        );
        Assert.That(report.Saved, Is.EqualTo(new[] { Amount.UsdMicrocents(Turn), Amount.RiskPoints(2 * Points) }));
    }

    [Test]
    public async Task What_nobody_priced_runs_and_is_reported()
    {
        var report = new ShadowReport(_lines);
        using var agent = new MeteredModel(["a"])
            .AsBuilder()
            .UseCyclesTools(Cycles, policy => policy.Shadow = report)
            .UseFunctionInvocation()
            .UseCycles(Cycles, options => options.Shadow = report)
            .Build();

        await AskAsync(agent);

        Assert.That(Ran, Is.EqualTo(new[] { "a" }));
        Assert.That(
            Lines.Select(line => line.GetProperty("reason_code").GetString()),
            Is.EqualTo(new[] { "MODEL_UNPRICED", "TOOL_UNCONFIGURED", "MODEL_UNPRICED" })
        );
        Assert.That(Authority.Requests, Is.Empty);
    }

    [Test]
    public async Task A_shadowed_guard_leaves_the_hold_of_a_real_run_alone()
    {
        var report = new ShadowReport();
        using var agent = Agent(new MeteredModel(["a"]), policy => policy.Shadow = report);
        await using (Begin(o => o.Hold = Amount.RiskPoints(1)))
        {
            await AskAsync(agent);
        }

        Assert.That(Ran, Is.EqualTo(new[] { "a" }));
        Assert.That((report.Evaluated, report.Refused), Is.EqualTo((1, 0)));
        Assert.That(Summaries.Single().Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(2 * Turn) }));
    }

    [Test]
    public async Task A_cancelled_call_saves_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        var report = new ShadowReport(_lines);
        var model = new MeteredModel
        {
            Waits = async token =>
            {
                await cancelled.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
        };
        Admin.Freeze(Scope, AmountUnit.UsdMicrocents);
        using var agent = Agent(model, chat: o => o.Shadow = report);

        Assert.That(
            async () => await AskAsync(agent, cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );

        Assert.That((report.Refused, report.Saved.Count), Is.EqualTo((1, 0)));
        Admin.Unfreeze(Scope, AmountUnit.UsdMicrocents);
    }

    private static RunSummary SpentOutsideRuns(Amount amount) =>
        new()
        {
            RunId = "none",
            Name = "none",
            StartedAt = default,
            Steps = 0,
            Models = [],
            Tools =
            [
                new RunItem
                {
                    Name = "a",
                    Calls = 1,
                    Denials = 0,
                    Spend = amount,
                    Estimate = amount,
                },
            ],
            UnconfiguredTools = [],
            Spend = [amount],
            Budgets = [],
            HandOffs = 0,
            UsedKeptReserve = false,
        };
}
