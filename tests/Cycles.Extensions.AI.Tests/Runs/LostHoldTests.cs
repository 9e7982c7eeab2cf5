using Microsoft.Extensions.Logging.Abstractions;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>Holds of runs that outlive what an authority gives them.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class LostHoldTests(bool streaming) : RunFixture(streaming)
{
    private const string Small = "tenant:acme/agent:x";

    [Test]
    public async Task A_hold_that_is_lost_is_held_again_for_what_is_left_of_it()
    {
        using var agent = Agent(new MeteredModel());
        await using (
            Begin(o =>
            {
                o.Hold = Amount.Usd(0.5m);
                o.KeepForFinalAnswer = Amount.Usd(0.1m);
            })
        )
        {
            await AskAsync(agent);
            LoseHolds();
            Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Amount.Usd(0)));
            await AskAsync(agent);

            Assert.That((await BalanceAsync()).Spent, Is.EqualTo(Amount.UsdMicrocents(Turn)), "recorded at once");
            Assert.That((await BalanceAsync()).Reserved?.Value, Is.EqualTo(50_000_000 - Turn));
        }

        Assert.That(
            Creates("agent.run").Select(create => create.Estimate.Value),
            Is.EqualTo(new[] { 50_000_000, 50_000_000 - Turn })
        );
        Assert.That(Authority.Requests.OfType<EventCreateRequest>().Single().Actual.Value, Is.EqualTo(Turn));
        Assert.That(Summaries.Single().Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(2 * Turn) }));
    }

    [Test]
    public async Task A_preflight_is_not_asked_again_with_a_hold_that_is_lost()
    {
        using var agent = Agent(new MeteredModel());
        await using var run = Begin(o => (o.Preflight, o.Hold) = (Amount.Usd(1), Amount.Usd(0.5m)));
        await AskAsync(agent);
        LoseHolds();
        await AskAsync(agent);

        Assert.That(Authority.Requests.OfType<DecisionRequest>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_hold_that_is_lost_and_not_to_be_had_again_denies()
    {
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var run = Begin(o => (o.Hold, o.KeepForFinalAnswer) = (Amount.Usd(0.5m), Amount.Usd(0.1m)));
        await AskAsync(agent);
        LoseHolds();
        var other = await Cycles.ReserveAsync(new CyclesAction("x", "y"), Amount.Usd(0.9m));

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(run.Denial?.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
        Assert.That((model.Calls, run.Summary.UsedKeptReserve), Is.EqualTo((1, false)));
        Assert.That(run.Summary.Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(Turn) }), "recorded all the same");
        await other.ReleaseAsync();
    }

    [Test]
    public async Task A_hold_that_is_lost_during_its_last_call_is_recorded_at_the_end()
    {
        var model = new MeteredModel
        {
            Waits = _ =>
            {
                LoseHolds();
                return Task.CompletedTask;
            },
        };
        using var agent = Agent(model);
        await using (Begin(o => o.Hold = Amount.Usd(0.5m)))
        {
            await AskAsync(agent);
        }

        Assert.That(Authority.Requests.OfType<EventCreateRequest>().Single().Actual.Value, Is.EqualTo(Turn));
    }

    [Test]
    public async Task An_authority_that_is_away_when_a_hold_is_lost_is_asked_again()
    {
        using var agent = Agent(new MeteredModel());
        await using var run = Begin(o => o.Hold = Amount.Usd(0.5m));
        await AskAsync(agent);
        LoseHolds();
        Authority.IsAway = true;
        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<CyclesTransportException>());
        Authority.IsAway = false;

        await AskAsync(agent);

        Assert.That(Creates("agent.run")[^1].Estimate.Value, Is.EqualTo(50_000_000 - Turn));
    }

    [Test]
    public async Task A_hold_that_is_lost_is_not_held_again_for_what_its_calls_still_cost()
    {
        var (model, answers) = FirstWaits();
        using var agent = Agent(model);
        await using var run = Begin(o => o.Hold = Amount.Usd(0.5m));
        var first = AskAsync(agent);
        LoseHolds();
        Authority.IsAway = true;
        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<CyclesTransportException>());
        answers.SetResult();
        await first;
        Authority.IsAway = false;

        await AskAsync(agent);

        Assert.That(Authority.Requests.OfType<EventCreateRequest>().Single().Actual.Value, Is.EqualTo(Turn));
        Assert.That(Creates("agent.run")[^1].Estimate.Value, Is.LessThanOrEqualTo(50_000_000 - Turn));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_hold_inside_that_is_lost_is_not_held_again_for_what_its_calls_still_cost(bool endsFirst)
    {
        var (model, answers) = FirstWaits();
        using var agent = Agent(model);
        var outer = Begin(o => o.Hold = Amount.Usd(0.5m), "outer");
        await using var inner = Begin(o => o.Hold = Amount.Usd(0.2m), "inner");
        var first = AskAsync(agent);
        if (endsFirst)
        {
            await outer.DisposeAsync();
            Summaries.Clear();
            answers.SetResult();
            await first;
            await AskAsync(agent);
        }
        else
        {
            LoseHolds();
            await AskAsync(agent);
            answers.SetResult();
            await first;
            await outer.DisposeAsync();
            Summaries.Clear();
        }

        var whole = endsFirst ? 20_000_000 : 50_000_000;
        Assert.That(Creates("agent.run")[^1].Estimate.Value, Is.LessThanOrEqualTo(whole - Turn));
        await inner.DisposeAsync();
        Summaries.Clear();
        Summaries.Enqueue(outer.Summary);
    }

    [Test]
    public async Task A_lost_reserve_that_is_answered_on_while_it_is_kept_again_is_charged()
    {
        using var agent = Agent(new MeteredModel());
        await using var run = Begin(o => o.KeepForFinalAnswer = Amount.Usd(0.1m));
        await AskAsync(agent);
        LoseHolds();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Authority.Gates["case"] = gate.Task;
        var asking = AskAsync(agent);

        // As a call does that has seen it before it was lost.
        var answer = run.Opening.TryTakeKept(
            new CyclesAction("llm.completion", "m"),
            Amount.Usd(0.1m),
            ReasonCode.BudgetExceeded,
            NullLogger.Instance
        )!;
        gate.SetResult();
        await asking;
        await answer.CommitAsync(Amount.UsdMicrocents(Turn), ActualSource.Reported);

        Assert.That(run.Summary.Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(3 * Turn) }));
        Assert.That((await BalanceAsync()).Reserved?.Value, Is.Zero, "kept once");
    }

    [Test]
    public async Task A_call_whose_own_hold_is_lost_is_spent_under_every_policy()
    {
        await UseClientAsync(o => o.LeasePolicy = LeasePolicy.FailOnFinalize);
        var model = new MeteredModel
        {
            Waits = _ =>
            {
                LoseHolds();
                return Task.CompletedTask;
            },
        };
        using var agent = Agent(model);
        await using var run = Begin();

        await AskAsync(agent);

        Assert.That(run.Summary.Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(Turn) }));
    }

    [Test]
    public async Task A_lost_reserve_is_not_promised()
    {
        Admin.Budget(Small, Amount.UsdMicrocents(100_000));
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var run = BeginKeeping();
        await AskAsync(agent);
        LoseHolds();
        var other = await Cycles.ReserveAsync(
            new CyclesAction("x", "y"),
            Amount.UsdMicrocents(80_000),
            new ReserveOptions { Subject = new Subject { Agent = "x" } }
        );

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That((model.Calls, run.Summary.UsedKeptReserve), Is.EqualTo((1, false)));
        await other.ReleaseAsync();
    }

    [Test]
    public async Task A_reserve_that_is_lost_while_its_model_is_denied_is_not_promised()
    {
        Admin.Budget(Small, Amount.UsdMicrocents(50_100));
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var run = BeginKeeping();
        Authority.OnDenied = LoseHolds;

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That((model.Calls, run.Summary.UsedKeptReserve), Is.EqualTo((0, false)));
    }

    [Test]
    public async Task A_lost_reserve_is_kept_again_where_that_can_be()
    {
        Admin.Budget(Small, Amount.UsdMicrocents(100_000));
        using var agent = Agent(new MeteredModel());
        await using var run = BeginKeeping();
        await AskAsync(agent);
        LoseHolds();
        await AskAsync(agent);
        Admin.Debit(Small, Amount.UsdMicrocents(20_000));

        Assert.That((await AskAsync(agent)).Text, Is.EqualTo(MeteredModel.Answer));

        Assert.That(run.Summary.UsedKeptReserve, Is.True);
        Assert.That(Creates("agent.run"), Has.Count.EqualTo(2));
    }

    /// <summary>A run on the small budget, with 50,000 of it kept aside.</summary>
    private CyclesRun BeginKeeping() =>
        Begin(o =>
        {
            o.Subject = new Subject { Agent = "x" };
            o.KeepForFinalAnswer = Amount.UsdMicrocents(50_000);
        });

    /// <summary>Until no beat can save a hold any more.</summary>
    private void LoseHolds() => Clock.Advance(TimeSpan.FromMinutes(15));

    /// <summary>A model whose first answer waits.</summary>
    private static (MeteredModel Model, TaskCompletionSource Answers) FirstWaits()
    {
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        return (
            new MeteredModel { Waits = _ => Interlocked.Increment(ref calls) == 1 ? answers.Task : Task.CompletedTask },
            answers
        );
    }
}
