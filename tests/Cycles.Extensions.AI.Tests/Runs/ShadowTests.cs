using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

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
    public async Task The_log_says_of_no_call_that_it_was_denied()
    {
        var logs = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(logging =>
            logging.Services.AddSingleton<ILoggerProvider>(new FakeLoggerProvider(logs))
        );
        using var agent = Agent(
            new MeteredModel(["a"], ["a"]),
            policy => policy.LoggerFactory = loggers,
            chat => chat.LoggerFactory = loggers
        );
        await using (Begin(o => (o.Shadow, o.MaxSteps, o.MaxSameCalls) = (new ShadowReport(), 2, 1)))
        {
            await AskAsync(agent);
        }

        Assert.That(
            logs.GetSnapshot().Select(line => $"{line.Level} {line.Message}"),
            Is.EqualTo(
                new[]
                {
                    "Information In shadow mode, a ran although it would have been denied here: CALL_REPEATED",
                    "Information In shadow mode, m ran although it would have been denied here: NO_STEPS_LEFT",
                }
            )
        );
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

    [Test]
    public async Task An_authority_that_is_away_blocks_nothing()
    {
        var report = new ShadowReport(_lines);
        Authority.IsAway = true;
        using var agent = Agent(new MeteredModel(["a", "b"]));
        await using (
            var run = Begin(o =>
            {
                o.Shadow = report;
                o.Preflight = Amount.Usd(0.5m);
                o.Hold = Amount.Usd(0.5m);
                o.KeepForFinalAnswer = Amount.Usd(0.1m);
            })
        )
        {
            Assert.That((await AskAsync(agent)).Text, Does.EndWith("done"));
            Assert.That(run.Denial, Is.Null);
        }

        Authority.IsAway = false;
        Assert.That((report.Evaluated, report.Unevaluated, report.Refused), Is.EqualTo((0, 4, 0)));
        Assert.That(Ran.Order(), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task A_preflight_is_a_dry_run()
    {
        var report = new ShadowReport(_lines);
        using var agent = Agent(new MeteredModel());
        await using (Begin(o => (o.Shadow, o.Preflight) = (report, Amount.Usd(0.9m))))
        {
            await AskAsync(agent);
            await AskAsync(agent);
        }

        Assert.That(Creates("agent.run").Single().DryRun, Is.True);
        Assert.That(Authority.Requests.OfType<DecisionRequest>(), Is.Empty);
        Assert.That((report.Evaluated, report.Refused), Is.EqualTo((3, 0)), "and holds nothing back from the calls");
    }

    [Test]
    public async Task A_report_that_cannot_be_written_stops_nobody()
    {
        var closed = new StringWriter();
        await closed.DisposeAsync();
        var report = new ShadowReport(closed);
        using var agent = Agent(new MeteredModel(["a"], ["a"]));
        await using (
            Begin(o =>
            {
                o.Shadow = report;
                o.Preflight = Amount.Usd(2);
                o.Hold = Amount.UsdMicrocents(1);
                o.MaxSteps = 1;
                o.MaxSameCalls = 1;
            })
        )
        await using (Begin(o => o.Hold = Amount.Usd(1)))
        {
            await AskAsync(agent);
        }

        Assert.That(report.Refused, Is.EqualTo(6), "preflight, hold, a call, two steps, a repeated call");
    }

    [Test]
    public async Task In_shadow_no_fallback_and_no_kept_answer_is_needed()
    {
        Admin.Budget("tenant:acme/agent:x", Amount.UsdMicrocents(50_100));
        var report = new ShadowReport(_lines);
        var model = new MeteredModel(["a"]);
        using var agent = Agent(
            model,
            chat: o =>
            {
                o.Prices.Add("small", 0.1m, 0.2m);
                o.Fallbacks.Add(new("small"));
            }
        );
        await using (
            var run = Begin(o =>
            {
                o.Shadow = report;
                o.Subject = new Subject { Agent = "x" };
                o.KeepForFinalAnswer = Amount.UsdMicrocents(50_000);
            })
        )
        {
            await AskAsync(agent);
            Assert.That(run.Summary.UsedKeptReserve, Is.False);
        }

        Assert.That(model.Models, Is.EqualTo(new[] { "m", "m" }));
        Assert.That(report.Refused, Is.EqualTo(2));
    }

    [Test]
    public async Task Runs_inside_are_in_shadow_too()
    {
        var report = new ShadowReport(_lines);
        using var agent = Agent(new MeteredModel(["a", "b", "c"]));
        await using (Begin(o => (o.Shadow, o.MaxSteps) = (report, 1), "outer"))
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, 2)
                    .Select(async _ =>
                    {
                        using var own = Agent(new MeteredModel(["a", "b", "c"]));
                        await using var inner = Begin(o => o.MaxSameCalls = 1, "inner");
                        await AskAsync(own);
                    })
            );
        }

        Assert.That(Ran, Has.Count.EqualTo(6));
        Assert.That(
            Lines.Select(line => line.GetProperty("reason_code").GetString()),
            Is.EqualTo(Enumerable.Repeat("NO_STEPS_LEFT", 3)),
            "the same call in two runs is within the limit of each"
        );
        Assert.That(Summaries.Last().Steps, Is.EqualTo(4));
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
