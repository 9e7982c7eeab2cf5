using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>Runs inside runs: whatever happens inside happens in the outer one too.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class NestingTests(bool streaming) : RunFixture(streaming)
{
    [Test]
    public async Task A_summary_counts_the_runs_inside_it()
    {
        using var agent = Agent(new MeteredModel(["a"]), policy => policy["b"].Estimate = Amount.RiskPoints(1_001));
        await using (var outer = Begin(name: "outer"))
        {
            await AskAsync(agent);
            await using (var inner = Begin(name: "inner"))
            {
                using var other = Agent(
                    new MeteredModel(["b"], ["c"]),
                    policy => policy["b"].Estimate = Amount.RiskPoints(1_001)
                );
                await AskAsync(other);
                Assert.That(inner.Summary.OuterRunId, Is.EqualTo(outer.Id));
                await inner.HandOffAsync("other");
            }
        }

        Assert.That(
            Summaries.Select(s =>
                $"{s.Name} {s.Steps} {s.Calls} {s.Denials} {s.HandOffs} {string.Join(", ", s.Spend)}"
            ),
            Is.EqualTo(
                new[]
                {
                    "inner 3 4 1 1 36000 USD_MICROCENTS, 5 RISK_POINTS",
                    "outer 5 7 1 1 60000 USD_MICROCENTS, 10 RISK_POINTS",
                }
            )
        );
        Assert.That(Summaries.First().ToString(), Does.Contain($" in {Summaries.Last().RunId}): "));
    }

    [Test]
    public async Task A_summary_has_the_budgets_of_all_agents_inside_it()
    {
        foreach (var agent in new[] { "x", "y" })
        {
            Admin.Budget($"tenant:acme/agent:{agent}", Amount.Usd(0.1m));
        }

        using var model = Agent(new MeteredModel());
        await using var outer = Begin(name: "outer");
        foreach (var agent in new[] { "y", "x" })
        {
            await using var inner = Begin(o => o.Subject = new Subject { Agent = agent }, "inner");
            await AskAsync(model);
        }

        Assert.That(
            outer.Summary.Budgets.Select(budget => $"{budget.Scope} {budget.Remaining.Value}"),
            Is.EqualTo(
                new[]
                {
                    $"tenant:acme {100_000_000 - 2 * Turn}",
                    $"tenant:acme/agent:x {10_000_000 - Turn}",
                    $"tenant:acme/agent:y {10_000_000 - Turn}",
                }
            )
        );
    }

    [Test]
    public async Task A_run_inside_leaves_no_budget_of_the_outer_one()
    {
        Admin.Budget("tenant:acme/workflow:w", Amount.UsdMicrocents(1));
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var outer = Begin(o => o.Subject = new Subject { Workflow = "w", Agent = "x" }, "outer");
        await using var inner = Begin(o => o.Subject = new Subject { Agent = "y" }, "inner");
        await using var innermost = Begin(name: "innermost");

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        var subject = Authority.Creates.Single().Subject;
        Assert.That((subject.Workflow, subject.Agent, model.Calls), Is.EqualTo(("w", "y", 0)));
        Assert.That(subject.Dimensions!["run"], Is.EqualTo(innermost.Id));
    }

    [Test]
    public async Task Runs_inside_count_into_the_hold_around_them_side_by_side()
    {
        await using (Begin(o => o.Hold = Amount.Usd(0.5m), "outer"))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => InnerAsync()));
        }

        Assert.That(Creates("agent.run"), Has.Count.EqualTo(1));
        Assert.That(Creates("llm.completion"), Is.Empty);
        Assert.That(
            Authority.Requests.OfType<CommitRequest>().Last().Actual,
            Is.EqualTo(Amount.UsdMicrocents(8 * Turn))
        );

        async Task InnerAsync()
        {
            await Task.Yield();
            using var agent = Agent(new MeteredModel(["a", "b"]));
            await using var inner = Begin(name: "inner");
            await AskAsync(agent);
            Assert.That(inner.Summary.Calls, Is.EqualTo(4));
        }
    }

    [Test]
    public async Task A_hold_inside_a_hold_is_a_part_of_it()
    {
        using var agent = Agent(new MeteredModel());
        await using (Begin(o => o.Hold = Amount.Usd(0.5m), "outer"))
        {
            await AskAsync(agent);
            await using (Begin(o => o.Hold = Amount.Usd(0.2m), "inner"))
            {
                await AskAsync(agent);
                Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Amount.Usd(0.5m)));
            }

            // What the inner one did not use is there again.
            await using (Begin(o => o.Hold = Amount.Usd(0.49m), "inner"))
            {
                await AskAsync(agent);
            }
        }

        Assert.That(Creates("agent.run"), Has.Count.EqualTo(1));
        Assert.That(Authority.Requests.OfType<CommitRequest>().Single().Actual.Value, Is.EqualTo(3 * Turn));
    }

    [Test]
    public async Task A_hold_inside_a_hold_is_no_larger_than_what_is_left()
    {
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var outer = Begin(o => o.Hold = Amount.Usd(0.1m), "outer");
        await using var inner = Begin(o => o.Hold = Amount.Usd(0.2m), "inner");

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(inner.Denial?.ReasonCode, Is.EqualTo(LocalReasons.RunHoldSpent));
        Assert.That((outer.Denial, model.Calls), Is.EqualTo(((Denial?)null, 0)));
    }

    [Test]
    public async Task A_hold_inside_a_hold_is_a_limit_too()
    {
        using var agent = Agent(new MeteredModel());
        await using var outer = Begin(o => o.Hold = Amount.Usd(0.5m), "outer");
        await using (Begin(o => o.Hold = Amount.UsdMicrocents(100), "inner"))
        {
            Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());
        }

        await AskAsync(agent);
    }

    [Test]
    public async Task What_the_outer_hold_was_not_charged_is_nobodys_spend()
    {
        Admin.Budget("tenant:acme/agent:x", Amount.UsdMicrocents(20_000));
        using var agent = Agent(new MeteredModel());
        CyclesRun inner;
        await using (
            Begin(
                o =>
                {
                    o.Subject = new Subject { Agent = "x" };
                    o.Hold = Amount.UsdMicrocents(16_000);
                },
                "outer"
            )
        )
        {
            await agent.AskBrieflyAsync(IsStreaming);
            await using (inner = Begin(o => o.Hold = Amount.UsdMicrocents(3_000), "inner"))
            {
                await agent.AskBrieflyAsync(IsStreaming);
            }
        }

        Assert.That(Summaries.Last().Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(20_000) }));
        Assert.That(inner.Summary.Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(20_000 - Turn) }));
    }

    [Test]
    public async Task A_hold_that_the_outer_run_lost_is_lost_inside_too()
    {
        using var agent = Agent(new MeteredModel());
        await using (Begin(o => o.Hold = Amount.Usd(0.5m), "outer"))
        await using (Begin(o => o.Hold = Amount.Usd(0.2m), "inner"))
        {
            await AskAsync(agent);
            Clock.Advance(TimeSpan.FromMinutes(15));
            await AskAsync(agent);
        }

        Assert.That(
            Creates("agent.run").Select(create => create.Estimate.Value),
            Is.EqualTo(new[] { 50_000_000, 50_000_000 - Turn })
        );
        Assert.That(Summaries.Last().Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(2 * Turn) }));
    }

    [Test]
    public async Task A_run_inside_goes_on_by_itself_when_the_outer_one_ends_first()
    {
        using var agent = Agent(new MeteredModel());
        var outer = Begin(o => (o.Hold, o.OnEnded) = (Amount.Usd(0.5m), null), "outer");
        var inner = Begin(o => (o.Hold, o.OnEnded) = (Amount.Usd(0.2m), null), "inner");
        await AskAsync(agent);
        await outer.DisposeAsync();
        await AskAsync(agent);
        await inner.DisposeAsync();

        Assert.That(
            Creates("agent.run").Select(create => create.Estimate.Value),
            Is.EqualTo(new[] { 50_000_000, 20_000_000 - Turn })
        );
        Summaries.Enqueue(outer.Summary);
        Assert.That(outer.Summary.Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(2 * Turn) }));
    }

    [Test]
    public async Task The_outer_runs_preflight_is_asked_before_anything_inside()
    {
        var model = new MeteredModel(["a"]);
        using var agent = Agent(model);
        await using var outer = Begin(o => o.Preflight = Amount.Usd(2), "outer");
        await using var inner = Begin(o => (o.Preflight, o.Hold) = (Amount.Usd(0.1m), Amount.Usd(0.1m)), "inner");

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(model.Calls, Is.Zero);
        Assert.That(Authority.Requests.Single(), Is.InstanceOf<DecisionRequest>());
        Assert.That(outer.Denial, Is.Not.Null.And.SameAs(inner.Denial));
    }

    [Test]
    public async Task What_the_outer_run_keeps_is_held_before_anything_inside_and_stays_its_own()
    {
        Admin.Budget("tenant:acme/agent:x", Amount.UsdMicrocents(100_000));
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var outer = Begin(
            o =>
            {
                o.Subject = new Subject { Agent = "x" };
                o.KeepForFinalAnswer = Amount.UsdMicrocents(60_000);
            },
            "outer"
        );
        await using (var inner = Begin(o => o.Subject = new Subject { Agent = "x" }, "inner"))
        {
            await AskAsync(agent);
            Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());
            Assert.That((inner.Summary.UsedKeptReserve, outer.Denial), Is.EqualTo((false, (Denial?)null)));
        }

        Assert.That((await AskAsync(agent)).Text, Is.EqualTo(MeteredModel.Answer));
        Assert.That(outer.Summary.UsedKeptReserve, Is.True);
    }

    [Test]
    public async Task What_a_run_keeps_inside_a_hold_is_a_part_of_it()
    {
        using var agent = Agent(new MeteredModel([.. Enumerable.Repeat<string[]>(["a"], 9)]));
        await using (Begin(o => o.Hold = Amount.UsdMicrocents(100_000), "outer"))
        await using (var inner = Begin(o => o.KeepForFinalAnswer = Amount.UsdMicrocents(50_000), "inner"))
        {
            Assert.That((await AskAsync(agent)).Text, Does.EndWith(MeteredModel.Answer));
            Assert.That(inner.Summary.UsedKeptReserve, Is.True);
        }

        Assert.That(Authority.Creates.Count(create => create.Estimate.Unit == AmountUnit.UsdMicrocents), Is.EqualTo(1));
    }

    [Test]
    public async Task The_outer_runs_steps_are_taken_inside()
    {
        var model = new MeteredModel([.. Enumerable.Repeat<string[]>(["a"], 9)]);
        using var agent = Agent(model);
        await using var outer = Begin(o => o.MaxSteps = 3, "outer");
        await using (var inner = Begin(o => o.MaxSteps = 9, "inner"))
        {
            var response = await AskAsync(agent);
            Assert.That(response.Text, Does.EndWith(MeteredModel.Answer), "the third step is offered no tools");

            var denied = (await Assert.ThrowsAsync<BudgetDeniedException>(() => AskAsync(agent)))!;
            Assert.That(denied.Denial.ReasonCode, Is.EqualTo(LocalReasons.NoStepsLeft));
            Assert.That(denied.Denial.Message, Does.Contain("'outer'"));
            Assert.That((inner.Denial, outer.Denial), Is.EqualTo((denied.Denial, denied.Denial)));
        }

        Assert.That((model.Calls, outer.Summary.Steps), Is.EqualTo((3, 3)));
    }

    [Test]
    public async Task A_run_that_is_over_limits_nothing_inside_it()
    {
        var model = new MeteredModel();
        using var agent = Agent(model);
        var outer = Begin(o => (o.MaxSteps, o.OnEnded) = (1, null), "outer");
        await using (Begin(name: "inner"))
        {
            await AskAsync(agent);
            await outer.DisposeAsync();
            await AskAsync(agent);
        }

        Assert.That(model.Calls, Is.EqualTo(2));
        Summaries.Enqueue(outer.Summary);
    }

    [Test]
    public async Task A_step_whose_call_is_denied_inside_goes_back_to_all()
    {
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var outer = Begin(o => o.MaxSteps = 1, "outer");
        await using (Begin(o => o.Hold = Amount.UsdMicrocents(1), "inner"))
        {
            Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());
        }

        await AskAsync(agent);

        Assert.That(outer.Summary.Steps, Is.EqualTo(1));
    }

    [Test]
    public async Task Steps_keep_the_distance_of_the_outer_run()
    {
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var outer = Begin(o => o.Cooldown = TimeSpan.FromSeconds(10), "outer");
        await using (Begin(name: "first"))
        {
            await AskAsync(agent);
        }

        await using var second = Begin(name: "second");
        var asking = AskAsync(agent);
        Assert.That(model.Calls, Is.EqualTo(1));
        Clock.Advance(TimeSpan.FromSeconds(10));
        await asking;

        Assert.That(model.Calls, Is.EqualTo(2));
    }

    [Test]
    public async Task The_same_call_in_runs_side_by_side_is_the_same_for_the_outer_one()
    {
        await using var outer = Begin(o => o.MaxSameCalls = 2, "outer");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => InnerAsync()));

        Assert.That(Ran, Has.Count.EqualTo(2));
        Assert.That(outer.Summary.Denials, Is.EqualTo(2));

        async Task InnerAsync()
        {
            await Task.Yield();
            using var agent = Agent(new MeteredModel(["a"]));
            await using var inner = Begin(o => o.MaxSameCalls = 9, "inner");
            await AskAsync(agent);
        }
    }

    [Test]
    public async Task The_same_denial_in_two_runs_is_the_same_for_the_outer_one()
    {
        await using var outer = Begin(o => o.MaxDenials = 2, "outer");

        Assert.That(await InnerAsync(), Is.EqualTo((2, (ReasonCode?)null)), "the model reads it");
        Assert.That(outer.Denial, Is.Null);
        Assert.That(await InnerAsync(), Is.EqualTo((1, (ReasonCode?)ReasonCode.BudgetExceeded)));
        Assert.That(outer.ThrowIfDenied, Throws.TypeOf<BudgetDeniedException>());

        async Task<(int ModelCalls, ReasonCode?)> InnerAsync()
        {
            var model = new MeteredModel(["a"]);
            using var agent = Agent(model, policy => policy["a"].Estimate = Amount.RiskPoints(1_001));
            await using var inner = Begin(name: "inner");
            await AskAsync(agent);
            return (model.Calls, inner.Denial?.ReasonCode);
        }
    }

    [Test]
    public async Task A_denial_that_ends_a_run_inside_does_not_end_the_outer_one()
    {
        var model = new MeteredModel(["a"]);
        using var agent = Agent(
            model,
            policy =>
            {
                policy["a"].Estimate = Amount.RiskPoints(1_001);
                policy["a"].WhenDenied = DenialMode.Terminate;
            }
        );
        await using var outer = Begin(name: "outer");
        await using (var inner = Begin(name: "inner"))
        {
            await AskAsync(agent);
            Assert.That(inner.ThrowIfDenied, Throws.TypeOf<BudgetDeniedException>());
        }

        Assert.That(outer.ThrowIfDenied, Throws.Nothing);
        Assert.That(outer.Summary.Denials, Is.EqualTo(1));
        Assert.That(model.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_cancelled_call_inside_leaves_nothing_behind()
    {
        using var cancelled = new CancellationTokenSource();
        var model = new MeteredModel(["a", "b"])
        {
            Waits = async token =>
            {
                if (!Ran.IsEmpty)
                {
                    await cancelled.CancelAsync();
                    token.ThrowIfCancellationRequested();
                }
            },
        };
        using var agent = Agent(model);
        await using (Begin(o => (o.Hold, o.KeepForFinalAnswer) = (Amount.Usd(0.5m), Amount.Usd(0.1m)), "outer"))
        await using (Begin(o => o.Hold = Amount.Usd(0.2m), "inner"))
        {
            Assert.That(
                async () => await AskAsync(agent, cancelled.Token),
                Throws.InstanceOf<OperationCanceledException>()
            );
        }

        Assert.That(
            Summaries.Last().Spend,
            Is.EqualTo(new[] { Amount.UsdMicrocents(Turn), Amount.RiskPoints(2 * Points) })
        );
    }

    [Test]
    public async Task Shadow_inside_a_real_run_leaves_its_hold_alone()
    {
        var report = new ShadowReport();
        using var agent = Agent(new MeteredModel(["a"]));
        await using (Begin(o => o.Hold = Amount.RiskPoints(1), "outer"))
        await using (Begin(o => o.Shadow = report, "inner"))
        {
            await AskAsync(agent);
        }

        Assert.That(Ran, Is.EqualTo(new[] { "a" }));
        Assert.That((report.Evaluated, report.Refused), Is.EqualTo((3, 0)));
        Assert.That(Summaries.Last().Spend, Is.Empty);
    }

    [Test]
    public async Task A_hold_inside_that_would_not_fit_is_reported_in_shadow_and_stops_nothing()
    {
        var report = new ShadowReport();
        using var agent = Agent(new MeteredModel());
        await using (
            Begin(
                o =>
                {
                    o.Shadow = report;
                    o.Hold = Amount.Usd(0.1m);
                },
                "outer"
            )
        )
        await using (Begin(o => o.Hold = Amount.Usd(0.2m), "inner"))
        {
            await AskAsync(agent);
        }

        Assert.That(report.Refused, Is.EqualTo(1));
    }
}
