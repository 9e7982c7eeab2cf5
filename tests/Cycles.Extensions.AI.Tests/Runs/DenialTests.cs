using System.Text.Json;
using Cycles.Extensions.AI.Tests.Chat;
using Cycles.Extensions.AI.Tests.Tools;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>What stops a run, and who learns of it.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class DenialTests(bool streaming) : RunFixture(streaming)
{
    [TestCase(DenialMode.Terminate)]
    [TestCase(DenialMode.Throw)]
    public async Task A_denied_tool_ends_the_loop_after_one_model_call_and_the_run_throws(DenialMode mode)
    {
        var model = new MeteredModel(["a", "b"], ["a"], ["a"]);
        using var agent = Agent(
            model,
            policy =>
            {
                policy["a"].Estimate = Amount.RiskPoints(1_001);
                policy["a"].WhenDenied = mode;
            }
        );
        await using var run = Begin();

        await AskAsync(agent);

        Assert.That(model.Calls, Is.EqualTo(1));
        Assert.That(Ran, Is.EqualTo(new[] { "b" }));
        var thrown = Assert.Throws<BudgetDeniedException>(run.ThrowIfDenied)!;
        Assert.That(thrown.Denial.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
        Assert.That(run.Denial, Is.SameAs(thrown.Denial));
        Assert.That(run.Summary.Denials, Is.EqualTo(1));
    }

    [Test]
    public async Task A_denial_that_the_model_reads_ends_nothing()
    {
        var model = new MeteredModel(["a"]);
        using var agent = Agent(model, policy => policy["a"].Estimate = Amount.RiskPoints(1_001));
        await using var run = Begin();

        await AskAsync(agent);

        Assert.That(run.ThrowIfDenied, Throws.Nothing);
        Assert.That(run.Summary.Denials, Is.EqualTo(1));
        Assert.That(model.Calls, Is.EqualTo(2));
    }

    [TestCase(1, 1)]
    [TestCase(3, 3)]
    public async Task The_same_denial_ends_the_loop_at_the_limit(int most, int modelCalls)
    {
        var model = new MeteredModel([.. Enumerable.Repeat<string[]>(["a"], 9)]);
        using var agent = Agent(model, policy => policy["a"].Estimate = Amount.RiskPoints(1_001));
        await using var run = Begin(o => o.MaxDenials = most);

        await AskAsync(agent);

        Assert.That(model.Calls, Is.EqualTo(modelCalls));
        Assert.That(run.Denial?.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
    }

    [Test]
    public async Task The_same_call_is_refused_here_after_so_many_times()
    {
        var model = new MeteredModel([.. Enumerable.Repeat<string[]>(["a", "b"], 3)]);
        using var agent = Agent(model, policy => policy["b"].Estimate = Amount.RiskPoints(0));
        await using var run = Begin(o => o.MaxSameCalls = 2);

        var response = await AskAsync(agent);

        Assert.That(Ran.Order(), Is.EqualTo(new[] { "a", "a", "b", "b" }));
        Assert.That(Creates("tool.call"), Has.Count.EqualTo(2));
        Assert.That(
            response
                .Messages.SelectMany(message => message.Contents.OfType<FunctionResultContent>())
                .Select(result => result.Result?.ToString())
                .Count(text => text!.Contains("CALL_REPEATED", StringComparison.Ordinal)),
            Is.EqualTo(2)
        );
        Assert.That(run.Summary.Denials, Is.EqualTo(2));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_call_that_comes_to_two_guards_is_one_call(bool isWatched)
    {
        var ran = 0;
        var tool = TwiceGuarded(() => ran++, isWatched);
        await using var run = Begin(o => o.MaxSameCalls = 2);

        for (var i = 0; i < 3; i++)
        {
            await tool.InvokeAsync();
        }

        Assert.That(ran, Is.EqualTo(2));
        Assert.That((run.Summary.Calls, run.Summary.Denials), Is.EqualTo((2, 1)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_call_of_a_loop_that_comes_to_two_guards_is_the_inner_ones(bool isWatched)
    {
        var ran = 0;
        using var agent = Agent(new MeteredModel(["a"], ["a", "a"]));
        Options.Tools = [TwiceGuarded(() => ran++, isWatched)];
        await using (Begin())
        {
            await AskAsync(agent);
        }

        Assert.That(ran, Is.EqualTo(3));
        Assert.That(Summaries.Single().Tools.Single().Calls, Is.EqualTo(3));
    }

    [TestCase(2)]
    [TestCase(1)]
    public async Task A_model_call_that_a_guard_only_watches_is_a_step_of_the_one_inside(int steps)
    {
        var model = new MeteredModel();
        using var inner = model.WithCycles(
            Cycles,
            o =>
            {
                o.Prices.Add("m", inputUsdPerMillion: 1, outputUsdPerMillion: 2);
                o.TimeProvider = Clock;
            }
        );
        using var agent = new Router(inner).WithCycles(
            Cycles,
            o =>
            {
                o.Prices.Add("m", inputUsdPerMillion: 1, outputUsdPerMillion: 2);
                o.TimeProvider = Clock;
                o.Shadow = new ShadowReport();
            }
        );
        await using var run = Begin(o => (o.MaxSteps, o.Cooldown) = (steps, TimeSpan.FromMinutes(1)));

        await agent.AskBrieflyAsync(IsStreaming).WaitAsync(TimeSpan.FromSeconds(60));
        Clock.Advance(TimeSpan.FromMinutes(1));
        var second = agent.AskBrieflyAsync(IsStreaming);

        Assert.That(async () => await second, steps == 2 ? Throws.Nothing : Throws.TypeOf<BudgetDeniedException>());
        Assert.That((model.Calls, run.Summary.Calls, run.Summary.Steps), Is.EqualTo((steps, steps, steps)));
    }

    [Test]
    public async Task Calls_are_the_same_by_their_arguments_in_any_order()
    {
        var ran = 0;
        var tool = AIFunctionFactory
            .Create((string x, int[] y, JsonElement z) => ran++, "tool")
            .WithCycles(Cycles, terms => terms.Estimate = Amount.RiskPoints(0));
        await using var run = Begin(o => o.MaxSameCalls = 1);

        await InvokeAsync(new() { ["x"] = "1", ["y"] = new[] { 1, 2 } }, """{"b":{"d":1,"c":2},"a":3}""");
        await InvokeAsync(new() { ["y"] = new[] { 1, 2 }, ["x"] = "1" }, """{"a":3,"b":{"c":2,"d":1}}""");
        Assert.That(ran, Is.EqualTo(1));
        await InvokeAsync(new() { ["x"] = "1", ["y"] = new[] { 2, 1 } }, """{"a":3,"b":{"c":2,"d":1}}""");
        Assert.That(ran, Is.EqualTo(2));

        async Task InvokeAsync(AIFunctionArguments arguments, string z)
        {
            arguments["z"] = JsonSerializer.Deserialize<JsonElement>(z);
            await tool.InvokeAsync(arguments);
        }
    }

    [Test]
    public async Task A_denied_preflight_lets_nothing_run()
    {
        var model = new MeteredModel(["a"]);
        using var agent = Agent(model);
        await using var run = Begin(o => o.Preflight = Amount.Usd(2));

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());
        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(run.Denial?.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
        Assert.That(model.Calls, Is.Zero);
        Assert.That(
            Authority.Requests.Select(request => request.GetType()),
            Is.EqualTo(new[] { typeof(DecisionRequest) })
        );
    }

    [TestCase(1_500, 1.5)]
    [TestCase(100L * 24 * 60 * 60 * 1_000, 8_640_000)]
    public async Task A_denied_preflight_says_when_to_ask_again(long milliseconds, double seconds)
    {
        Authority.Decides = new DecisionResponse { Decision = Decision.Deny, RetryAfterMs = milliseconds };
        using var agent = Agent(new MeteredModel());
        await using var run = Begin(o => o.Preflight = Amount.Usd(0.1m));

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(run.Denial?.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }

    [Test]
    public async Task A_preflight_is_asked_once()
    {
        using var agent = Agent(new MeteredModel(["a", "b", "c"]));
        await using var run = Begin(o => o.Preflight = Amount.Usd(0.5m));

        await Task.WhenAll(AskAsync(agent), AskAsync(agent));

        Assert.That(Authority.Requests.OfType<DecisionRequest>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task The_last_step_offers_no_tools_and_no_step_follows_it()
    {
        var model = new MeteredModel([.. Enumerable.Repeat<string[]>(["a"], 9)]);
        using var agent = Agent(model);
        await using var run = Begin(o => o.MaxSteps = 3);

        var response = await AskAsync(agent);

        Assert.That(response.Text, Does.EndWith(MeteredModel.Answer));
        Assert.That(model.Calls, Is.EqualTo(3));
        Assert.That(Ran, Has.Count.EqualTo(2));
        Assert.That(run.Denial, Is.Null);

        var denied = (await Assert.ThrowsAsync<BudgetDeniedException>(() => AskAsync(agent)))!;
        Assert.That(denied.Denial.ReasonCode, Is.EqualTo(LocalReasons.NoStepsLeft));
        Assert.That(model.Calls, Is.EqualTo(3));
        Assert.That(run.Summary.Steps, Is.EqualTo(3));
    }

    [Test]
    public async Task The_authority_may_limit_the_steps_too()
    {
        Admin.SetCaps(Scope, AmountUnit.UsdMicrocents, new Caps { MaxStepsRemaining = 2 });
        var model = new MeteredModel([.. Enumerable.Repeat<string[]>(["a"], 9)]);
        using var agent = Agent(model);
        await using var run = Begin();

        var response = await AskAsync(agent);

        Assert.That(response.Text, Does.EndWith(MeteredModel.Answer));
        Assert.That(model.Calls, Is.EqualTo(3), "the one that asked, and two more");
    }

    [Test]
    public async Task Steps_keep_their_distance()
    {
        var model = new MeteredModel(["a"]);
        using var agent = Agent(model);
        await using var run = Begin(o => o.Cooldown = TimeSpan.FromSeconds(10));

        var asking = AskAsync(agent);
        while (Ran.IsEmpty)
        {
            await Task.Yield();
        }

        Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.That(model.Calls, Is.EqualTo(1));
        while (!asking.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await asking;
        Assert.That(model.Calls, Is.EqualTo(2));
    }

    [Test]
    public async Task Calls_side_by_side_share_the_steps()
    {
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var run = Begin(o => o.MaxSteps = 3);

        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TryAskAsync(agent)));

        Assert.That(asked.Count(answered => answered), Is.EqualTo(3));
        Assert.That((model.Calls, run.Summary.Steps, run.Summary.Denials), Is.EqualTo((3, 3, 5)));
    }

    [TestCase(1)]
    [TestCase(24 * 365)]
    public async Task A_wait_for_the_next_step_may_be_cancelled_and_takes_none(int hours)
    {
        using var cancelled = new CancellationTokenSource();
        using var agent = Agent(new MeteredModel());
        await using var run = Begin(o => (o.Cooldown, o.MaxSteps) = (TimeSpan.FromHours(hours), 2));
        await AskAsync(agent);

        var waiting = AskAsync(agent, cancelled.Token);
        await cancelled.CancelAsync();

        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(run.Summary.Steps, Is.EqualTo(1));
        Assert.That(run.Denial, Is.Null);
    }

    [Test]
    public async Task A_cancelled_first_call_leaves_the_opening_to_the_others()
    {
        using var cancelled = new CancellationTokenSource();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Authority.Gates["case"] = gate.Task;
        using var agent = Agent(new MeteredModel());
        await using var run = Begin(o => (o.Preflight, o.Hold) = (Amount.Usd(0.5m), Amount.Usd(0.5m)));

        var first = AskAsync(agent, cancelled.Token);
        var second = AskAsync(agent);
        await cancelled.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        gate.SetResult();
        await second;

        Assert.That(Creates("agent.run"), Has.Count.EqualTo(1));
        Assert.That((run.Summary.Calls, run.Summary.Steps), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task All_tools_of_a_message_are_answered_when_a_run_inside_is_ended_by_one()
    {
        var model = new MeteredModel(["a", "b", "c"], ["a"]);
        using var agent = Agent(
            model,
            policy =>
            {
                policy["b"].Estimate = Amount.RiskPoints(1_001);
                policy["b"].WhenDenied = DenialMode.Terminate;
            }
        );
        await using var outer = Begin(o => o.Hold = Amount.RiskPoints(100), "outer");
        await using var inner = Begin(name: "inner");

        await AskAsync(agent);

        Assert.That(Ran.Order(), Is.EqualTo(new[] { "a", "c" }));
        Assert.That(model.Calls, Is.EqualTo(1));
        var thrown = Assert.Throws<BudgetDeniedException>(inner.ThrowIfDenied)!;
        Assert.That(thrown.Denial.ReasonCode, Is.EqualTo(LocalReasons.RunHoldSpent));
    }

    /// <summary>The tool "a" in a guard that asks, inside one that only watches or is free and does not see it.</summary>
    private AIFunction TwiceGuarded(Action run, bool isWatched)
    {
        var inner = AIFunctionFactory
            .Create(run, "a")
            .WithCycles(Cycles, terms => terms.Estimate = Amount.RiskPoints(Points));
        var outer = new ToolPolicy { Shadow = isWatched ? new ShadowReport() : null };
        outer.Default.Estimate = Amount.RiskPoints(isWatched ? Points : 0);
        return new Opaque(inner).WithCycles(Cycles, outer);
    }

    private async Task<bool> TryAskAsync(IChatClient agent)
    {
        await Task.Yield();
        try
        {
            await AskAsync(agent);
            return true;
        }
        catch (BudgetDeniedException)
        {
            return false;
        }
    }
}
