using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>One hold for a whole run, and what is kept aside for its last answer.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class HoldTests(bool streaming) : RunFixture(streaming)
{
    [Test]
    public async Task One_hold_takes_all_calls_in_its_unit_and_is_committed_once()
    {
        using var agent = Agent(new MeteredModel(["a", "b", "c"], ["a"]));
        await using (Begin(o => o.Hold = Amount.Usd(0.5m)))
        {
            await AskAsync(agent);
            Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Amount.Usd(0.5m)));
        }

        Assert.That(Creates("agent.run").Single().Estimate, Is.EqualTo(Amount.Usd(0.5m)));
        Assert.That(Creates("llm.completion"), Is.Empty);
        Assert.That(Creates("tool.call"), Has.Count.EqualTo(4), "points hold for themselves");
        Assert.That((await BalanceAsync()).Spent, Is.EqualTo(Amount.UsdMicrocents(3 * Turn)));
    }

    [Test]
    public async Task Tools_side_by_side_share_a_hold_and_what_does_not_fit_is_denied()
    {
        using var agent = Agent(new MeteredModel(["a", "b", "c"]));
        await using var run = Begin(o => o.Hold = Amount.RiskPoints(2 * Points));

        var response = await AskAsync(agent);

        Assert.That(Ran, Has.Count.EqualTo(2));
        var results = response.Messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>();
        var texts = results.Select(result => result.Result?.ToString() ?? "").ToList();
        Assert.That(texts, Has.Exactly(1).Contains("RUN_HOLD_SPENT"));
        Assert.That(run.Summary.Tools.Sum(item => item.Denials), Is.EqualTo(1));
    }

    [Test]
    public async Task A_hold_that_was_never_used_goes_back()
    {
        using var agent = Agent(new MeteredModel());
        await using (Begin(o => o.Hold = Amount.RiskPoints(10)))
        {
            await AskAsync(agent);
        }

        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Single().Reason, Is.EqualTo("run_ended"));
    }

    [Test]
    public async Task A_nested_run_counts_into_the_hold_around_it()
    {
        using var agent = Agent(new MeteredModel(["a"]));
        await using (Begin(o => o.Hold = Amount.Usd(0.5m)))
        {
            await using (Begin(name: "sub"))
            {
                await AskAsync(agent);
            }

            await AskAsync(agent);
        }

        Assert.That(Authority.Creates.Count(create => create.Estimate.Unit == AmountUnit.UsdMicrocents), Is.EqualTo(1));
        Assert.That(Summaries.Select(summary => summary.Steps), Is.EqualTo(new[] { 2, 1 }));
    }

    [Test]
    public async Task A_nested_run_with_a_hold_of_its_own_uses_that()
    {
        using var agent = Agent(new MeteredModel());
        await using (Begin(o => o.Hold = Amount.Usd(0.5m)))
        {
            await AskAsync(agent);
            await using (Begin(o => o.Hold = Amount.Usd(0.2m)))
            {
                await AskAsync(agent);
            }
        }

        Assert.That(
            Authority.Requests.OfType<CommitRequest>().Select(commit => commit.Actual.Value),
            Is.EqualTo(new[] { Turn, Turn })
        );
    }

    [Test]
    public async Task A_denied_hold_denies_every_call()
    {
        using var agent = Agent(new MeteredModel());
        await using var run = Begin(o => o.Hold = Amount.Usd(2));

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(run.Denial?.Requested, Is.EqualTo(Amount.Usd(2)));
    }

    [Test]
    public async Task A_call_that_outlives_its_run_is_charged_all_the_same()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var model = new MeteredModel
        {
            Waits = _ =>
            {
                started.SetResult();
                return gate.Task;
            },
        };
        using var agent = Agent(model);
        var run = Begin(o =>
        {
            o.Hold = Amount.Usd(0.5m);
            o.OnEnded = null;
        });
        var asking = AskAsync(agent);
        await started.Task;

        await run.DisposeAsync();
        Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Amount.Usd(0)));
        gate.SetResult();
        await asking;

        Assert.That(Authority.Requests.OfType<EventCreateRequest>().Single().Actual.Value, Is.EqualTo(Turn));
        Summaries.Enqueue(run.Summary);
    }

    [Test]
    public async Task An_exhausted_run_answers_on_what_it_kept()
    {
        // Two turns fit beside what is kept; the third is denied.
        Admin.Budget("tenant:acme/agent:x", Amount.UsdMicrocents(100_000));
        var model = new MeteredModel([.. Enumerable.Repeat<string[]>(["a"], 9)]);
        using var agent = Agent(model);
        await using var run = Begin(o =>
        {
            o.Subject = new Subject { Agent = "x" };
            o.KeepForFinalAnswer = Amount.UsdMicrocents(50_000);
        });
        Admin.Budget("tenant:acme/agent:x", Amount.RiskPoints(1_000));

        var response = await AskAsync(agent);

        Assert.That(response.Text, Does.EndWith(MeteredModel.Answer));
        var last = model.Options.Last()!;
        Assert.Multiple(() =>
        {
            Assert.That(last.Tools, Is.Null);
            Assert.That(last.MaxOutputTokens, Is.EqualTo(100), "what was asked for fits");
            Assert.That(run.Summary.UsedKeptReserve, Is.True);
            Assert.That(run.ThrowIfDenied, Throws.Nothing);
            Assert.That(run.Summary.Models.Single().Denials, Is.EqualTo(1));
            Assert.That(run.Summary.Models.Single().Calls, Is.EqualTo(model.Calls));
        });
        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>(), "once");
        Assert.That(run.Denial, Is.Not.Null);
    }

    [Test]
    public async Task What_is_kept_bounds_the_answer()
    {
        var model = new MeteredModel([.. Enumerable.Repeat<string[]>(["a"], 9)]);
        using var agent = Agent(model);
        await using var run = Begin(o =>
        {
            o.Hold = Amount.UsdMicrocents(60_000);
            o.KeepForFinalAnswer = Amount.UsdMicrocents(20_000);
        });

        var response = await AskAsync(agent);

        Assert.That(response.Text, Does.EndWith(MeteredModel.Answer));
        Assert.That(model.Options.Last()!.MaxOutputTokens, Is.InRange(1, 99));
        Assert.That(run.Summary.UsedKeptReserve, Is.True);
        Assert.That(Creates("agent.run"), Has.Count.EqualTo(1), "kept out of the one hold");
    }

    [Test]
    public async Task A_run_that_can_keep_nothing_does_not_begin()
    {
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var run = Begin(o => o.KeepForFinalAnswer = Amount.Usd(2));

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(model.Calls, Is.Zero);
    }

    [Test]
    public async Task A_frozen_budget_lets_nobody_answer()
    {
        var model = new MeteredModel(["a"]);
        using var agent = Agent(model);
        await using var run = Begin(o => o.KeepForFinalAnswer = Amount.Usd(0.1m));
        await AskAsync(agent);

        Admin.Freeze(Scope, AmountUnit.UsdMicrocents);
        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(run.Summary.UsedKeptReserve, Is.False);
        Admin.Unfreeze(Scope, AmountUnit.UsdMicrocents);
    }
}
