using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>One hold for a whole run, and what is kept aside for its last answer.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class HoldTests(bool streaming) : RunFixture(streaming)
{
    private const string Small = "tenant:acme/agent:x";

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
    public async Task A_denied_hold_denies_every_call()
    {
        using var agent = Agent(new MeteredModel());
        await using var run = Begin(o => o.Hold = Amount.Usd(2));

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(run.Denial?.Requested, Is.EqualTo(Amount.Usd(2)));
    }

    [Test]
    public async Task Calls_of_another_client_draw_neither_on_the_hold_nor_on_what_is_kept()
    {
        await using var other = new CyclesClient(Authority, new CyclesClientOptions { TimeProvider = Clock });
        var model = new MeteredModel();
        using var agent = model
            .AsBuilder()
            .UseCycles(other, options => options.Prices.Add("m", inputUsdPerMillion: 1, outputUsdPerMillion: 2))
            .Build();
        await using var run = Begin(o => (o.Hold, o.KeepForFinalAnswer) = (Amount.Usd(1), Amount.Usd(0.1m)));

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(run.Denial?.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
        Assert.That((model.Calls, run.Summary.UsedKeptReserve), Is.EqualTo((0, false)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Calls_for_another_tenant_draw_neither_on_the_hold_nor_on_what_is_kept(bool hasHold)
    {
        const long TwoCalls = 60_000;
        Ledger.Administer("umbrella").Budget("tenant:umbrella", Amount.UsdMicrocents(TwoCalls));
        var model = new MeteredModel();
        using var agent = Agent(model, chat: o => o.Subject = new Subject { Tenant = "Umbrella" });
        await using (
            var run = Begin(o => (o.Hold, o.KeepForFinalAnswer) = (hasHold ? Amount.Usd(0.5m) : null, Amount.Usd(0.1m)))
        )
        {
            var asked = 0;
            Assert.That(
                async () =>
                {
                    for (; asked < 10; asked++)
                    {
                        await agent.AskBrieflyAsync(IsStreaming);
                    }
                },
                Throws.TypeOf<BudgetDeniedException>()
            );

            Assert.That((model.Calls, run.Summary.UsedKeptReserve), Is.EqualTo((asked, false)));
            Assert.That(asked, Is.GreaterThan(0));
        }

        var umbrella = await Cycles.ForTenant("umbrella").GetBalancesAsync().SingleAsync();
        Assert.That(umbrella.Spent?.Value, Is.EqualTo(model.Calls * Turn));
        Assert.That((await BalanceAsync()).Spent?.Value, Is.Zero);
        Summaries.Clear();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_hold_whose_tenant_the_server_alone_knows_pays_for_no_other(bool isOwn)
    {
        Admin.Budget("agent:bot", Amount.Usd(1));
        Authority.HidesTenant = true;
        await UseClientAsync(o => o.Subject = new Subject { Agent = "bot" });
        var model = new MeteredModel();
        using var agent = Agent(model, chat: o => o.Subject = new Subject { Tenant = isOwn ? "ACME" : "umbrella" });
        await using (Begin(o => o.Hold = Amount.Usd(0.5m)))
        {
            Assert.That(
                () => agent.AskBrieflyAsync(IsStreaming),
                isOwn ? Throws.Nothing : Throws.TypeOf<CyclesException>()
            );
        }

        Assert.That(model.Calls, Is.EqualTo(isOwn ? 1 : 0));
        Assert.That(Authority.Creates, Has.Count.EqualTo(isOwn ? 1 : 2));
        Authority.HidesTenant = false;
        await UseClientAsync();
        Summaries.Clear();
    }

    [Test]
    public async Task A_run_inside_for_another_tenant_holds_for_itself()
    {
        Ledger.Administer("umbrella").Budget("tenant:umbrella", Amount.Usd(1));
        using var agent = Agent(new MeteredModel());
        await using (Begin(o => o.Hold = Amount.Usd(0.5m), "outer"))
        await using (Begin(o => (o.Hold, o.Subject) = (Amount.Usd(0.1m), new Subject { Tenant = "umbrella" }), "inner"))
        {
            await agent.AskBrieflyAsync(IsStreaming);
        }

        var umbrella = await Cycles.ForTenant("umbrella").GetBalancesAsync().SingleAsync();
        Assert.That(umbrella.Spent?.Value, Is.EqualTo(Turn));
        Assert.That((await BalanceAsync()).Spent?.Value, Is.Zero);
        Summaries.Clear();
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
        var told = new List<RunSummary>();
        var run = Begin(o =>
        {
            o.Hold = Amount.Usd(0.5m);
            o.OnEnded = told.Add;
        });
        var asking = AskAsync(agent);
        await started.Task;

        await run.DisposeAsync();
        Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Amount.Usd(0)));
        Assert.That((told.Single().Unsettled, told.Single().Spend.Count), Is.EqualTo((1, 0)));
        Assert.That(told.Single().ToString(), Does.EndWith("; 1 not settled yet"));
        gate.SetResult();
        await asking;

        var recorded = Authority.Requests.OfType<EventCreateRequest>().Single();
        Assert.That(recorded.Actual.Value, Is.EqualTo(Turn));
        Assert.That(recorded.IdempotencyKey, Does.StartWith($"run-{run.Id}-"));
        Assert.That(run.Summary.Unsettled, Is.Zero);
        Summaries.Enqueue(run.Summary);
    }

    [Test]
    public async Task What_a_capped_hold_was_not_charged_is_no_spend()
    {
        // The calls cost 24,000 and the hold is 20,000, with 2,000 left beside it.
        Admin.Budget(Small, Amount.UsdMicrocents(22_000));
        using var agent = Agent(new MeteredModel(), chat: o => o.Prices.Add("other", 1, 2));
        await using (
            var run = Begin(o =>
            {
                o.Subject = new Subject { Agent = "x" };
                o.Hold = Amount.UsdMicrocents(20_000);
            })
        )
        {
            await agent.AskBrieflyAsync(IsStreaming);
            await agent.AskBrieflyAsync(IsStreaming, "other");
            Assert.That(run.Summary.Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(2 * Turn) }), "so far");
        }

        var summary = Summaries.Single();
        Assert.That(summary.Spend, Is.EqualTo(new[] { Amount.UsdMicrocents(22_000) }));
        Assert.That(
            summary.Models.Select(item => $"{item.Name} {item.Spend.Value}"),
            Is.EqualTo(new[] { "m 12000", "other 10000" }),
            "the last call overran"
        );
        Assert.That(summary.Budgets.Select(budget => budget.Remaining.Value), Does.Contain(0L));
    }

    [Test]
    public async Task A_hold_whose_commit_is_refused_is_no_spend()
    {
        await UseClientAsync(o => o.OveragePolicy = CommitOveragePolicy.Reject);
        using var agent = Agent(new MeteredModel());
        await using (Begin(o => o.Hold = Amount.UsdMicrocents(3 * Turn - 1)))
        {
            await agent.AskBrieflyAsync(IsStreaming);
            await agent.AskBrieflyAsync(IsStreaming);
            await agent.AskBrieflyAsync(IsStreaming);
        }

        Assert.That(Authority.Requests.OfType<CommitRequest>().Single().Actual.Value, Is.EqualTo(3 * Turn));
        Assert.That(Summaries.Single().Spend, Is.Empty);
        var model = Summaries.Single().Models.Single();
        Assert.That((model.Calls, model.Estimate.Value, model.Ratio), Is.EqualTo((3, 0L, (decimal?)null)));
        Clock.Advance(TimeSpan.FromMinutes(2));
    }

    [Test]
    public async Task What_is_not_told_where_to_log_logs_where_the_client_does()
    {
        var logs = new FakeLogCollector();
        using var loggers = new LoggerFactory([new FakeLoggerProvider(logs)]);
        await UseClientAsync(o =>
        {
            o.OveragePolicy = CommitOveragePolicy.Reject;
            o.LoggerFactory = loggers;
        });
        using var agent = Agent(Agent(new MeteredModel()));
        await using (Begin(o => o.Hold = Amount.UsdMicrocents(Turn - 1)))
        {
            await agent.AskBrieflyAsync(IsStreaming);
            await Options.Tools!.OfType<AIFunction>().First().WithCycles(Cycles, new ToolPolicy()).InvokeAsync();
        }

        Assert.That(
            logs.GetSnapshot()
                .Where(record => record.Category == "Cycles.Extensions.AI")
                .Select(record => record.Id.Id),
            Is.SupersetOf(new[] { 203, 221, 243 })
        );
        Clock.Advance(TimeSpan.FromMinutes(2));
    }

    [Test]
    public async Task A_hold_keeps_no_run_inside_it_that_has_ended()
    {
        using var agent = Agent(new MeteredModel());
        await using var outer = Begin(o => o.Hold = Amount.Usd(0.5m), "outer");

        var inner = await AskInsideAsync(agent);
        for (var i = 0; inner.IsAlive && i < 100; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.That(inner.IsAlive, Is.False);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> AskInsideAsync(IChatClient agent)
    {
        await using var inner = Begin(name: "inner");
        await agent.AskBrieflyAsync(IsStreaming);
        return new WeakReference(inner);
    }

    [Test]
    public async Task A_hold_that_is_made_while_its_run_ends_goes_back()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Authority.Gates["case"] = gate.Task;
        using var agent = Agent(new MeteredModel());
        var run = Begin(o => o.Hold = Amount.Usd(0.5m));
        var asking = AskAsync(agent);

        var ending = run.DisposeAsync().AsTask();
        Assert.That(ending.IsCompleted, Is.False);
        gate.SetResult();
        await ending;
        await asking;

        Assert.That((await BalanceAsync()).Reserved?.Value, Is.Zero);
        Summaries.Clear();
        Summaries.Enqueue(run.Summary);
    }

    [Test]
    public async Task A_run_that_ends_while_its_call_waits_for_the_one_around_holds_nothing()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Authority.Gates["outer"] = gate.Task;
        using var agent = Agent(new MeteredModel());
        await using var outer = Begin(o => o.Hold = Amount.RiskPoints(10), "outer");
        var inner = Begin(o => o.Hold = Amount.Usd(0.5m), "inner");
        var asking = AskAsync(agent);

        await inner.DisposeAsync();
        gate.SetResult();
        await asking;

        Assert.That(Creates("agent.run").Select(create => create.Action.Name), Is.EqualTo(new[] { "outer" }));
    }

    [Test]
    public async Task An_exhausted_run_answers_on_what_it_kept()
    {
        // Two turns fit beside what is kept; the third is denied.
        Admin.Budget(Small, Amount.UsdMicrocents(100_000));
        var model = new MeteredModel([.. Enumerable.Repeat<string[]>(["a"], 9)]);
        using var agent = Agent(model);
        await using var run = Begin(o =>
        {
            o.Subject = new Subject { Agent = "x" };
            o.KeepForFinalAnswer = Amount.UsdMicrocents(50_000);
        });
        Admin.Budget(Small, Amount.RiskPoints(1_000));

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
    public async Task Only_one_of_two_calls_answers_on_what_is_kept()
    {
        Admin.Budget(Small, Amount.UsdMicrocents(50_100));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var model = new MeteredModel { Waits = _ => gate.Task };
        using var agent = Agent(model);
        await using var run = Begin(KeepsAlmostAll);

        var asking = new[] { Task.Run(() => AskAsync(agent)), Task.Run(() => AskAsync(agent)) };
        var denied = await Task.WhenAny(asking);
        gate.SetResult();

        Assert.That(async () => await denied, Throws.TypeOf<BudgetDeniedException>());
        Assert.That((await asking.Single(other => other != denied)).Text, Is.EqualTo(MeteredModel.Answer));
        Assert.That((model.Calls, run.Summary.Steps), Is.EqualTo((1, 1)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_cancelled_answer_costs_nothing_of_what_is_kept(bool outOfHold)
    {
        using var cancelled = new CancellationTokenSource();
        Admin.Budget(Small, Amount.UsdMicrocents(50_100));
        var model = new MeteredModel
        {
            Waits = async token =>
            {
                await cancelled.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
        };
        using var agent = Agent(model);
        await using var run = Begin(o =>
        {
            KeepsAlmostAll(o);
            o.Hold = outOfHold ? Amount.UsdMicrocents(50_100) : null;
        });

        Assert.That(
            async () => await AskAsync(agent, cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );

        Assert.That(model.Options.Single()!.Tools, Is.Null, "it was the final answer");
        Assert.That(run.Summary.Spend, Is.Empty);
    }

    [Test]
    public async Task Tools_side_by_side_that_are_cancelled_give_their_parts_back()
    {
        using var cancelled = new CancellationTokenSource();
        var slow = AIFunctionFactory.Create(
            async (CancellationToken token) =>
            {
                await cancelled.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
            "a"
        );
        Options.Tools![0] = slow;
        using var agent = Agent(new MeteredModel(["a", "a", "a"]));
        await using var run = Begin(o => o.Hold = Amount.RiskPoints(3 * Points));

        Assert.That(
            async () => await AskAsync(agent, cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );

        Assert.That(run.Summary.Unsettled, Is.Zero);
        Assert.That(run.Summary.Spend.Where(spend => spend.Unit == AmountUnit.RiskPoints), Is.Empty);
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

    [Test]
    public async Task The_kept_answer_keeps_to_the_caps()
    {
        Admin.Budget(Small, Amount.UsdMicrocents(50_100), caps: new Caps { ToolDenylist = ["m"], MaxTokens = 7 });
        var model = new MeteredModel();
        using var agent = Agent(model, chat: AlsoSmall);
        await using var run = Begin(KeepsAlmostAll);

        await AskAsync(agent);

        Assert.That(run.Summary.UsedKeptReserve, Is.True);
        Assert.That(model.Models, Is.EqualTo(new[] { "small" }));
        Assert.That(model.Options.Single()!.MaxOutputTokens, Is.EqualTo(7));
    }

    [Test]
    public async Task The_kept_answer_keeps_to_the_caps_that_came_last()
    {
        Admin.Budget(Small, Amount.UsdMicrocents(200_000));
        var model = new MeteredModel();
        using var agent = Agent(model, chat: AlsoSmall);
        await using var run = Begin(KeepsAlmostAll);
        await AskAsync(agent);
        Admin.SetCaps(Small, AmountUnit.UsdMicrocents, new Caps { ToolDenylist = ["m"] });
        await AskAsync(agent);
        Admin.SetCaps(Small, AmountUnit.UsdMicrocents, caps: null);
        Admin.Debit(Small, Amount.UsdMicrocents(200_000 - 50_000 - Turn - Turn / 10));

        await AskAsync(agent);

        Assert.That(run.Summary.UsedKeptReserve, Is.True);
        Assert.That(model.Models, Is.EqualTo(new[] { "m", "small", "small" }));
    }

    [Test]
    public async Task No_tokens_are_no_answer()
    {
        Admin.Budget(Small, Amount.UsdMicrocents(50_100), caps: new Caps { MaxTokens = 0 });
        var model = new MeteredModel();
        using var agent = Agent(model);
        await using var run = Begin(KeepsAlmostAll);

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That((model.Calls, run.Summary.UsedKeptReserve), Is.EqualTo((0, false)));
    }

    [Test]
    public async Task A_fallback_that_nobody_priced_leaves_the_kept_answer_alone()
    {
        Admin.Budget(Small, Amount.UsdMicrocents(50_100));
        var model = new MeteredModel();
        using var agent = Agent(model, chat: o => o.Fallbacks.Add(new("nameless")));
        await using var run = Begin(KeepsAlmostAll);

        await AskAsync(agent);

        Assert.That(run.Summary.UsedKeptReserve, Is.True);
        Assert.That(model.Models, Is.EqualTo(new[] { "m" }));
    }

    [Test]
    public async Task One_denial_that_forbids_is_enough()
    {
        // The first model's budget is frozen, the other's only used up.
        Admin.Budget(Small, Amount.UsdMicrocents(50_100)).Budget("tenant:acme/agent:y", Amount.Usd(1));
        Admin.Freeze("tenant:acme/agent:y", AmountUnit.UsdMicrocents);
        var model = new MeteredModel();
        using var agent = Agent(
            model,
            chat: o =>
            {
                AlsoSmall(o);
                o.ResolveSubject = call => new Subject { Agent = call?.ModelId == "small" ? "x" : "y" };
            }
        );
        await using var run = Begin(KeepsAlmostAll);

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That((model.Calls, run.Summary.UsedKeptReserve), Is.EqualTo((0, false)));
    }

    private static void KeepsAlmostAll(RunOptions options)
    {
        options.Subject = new Subject { Agent = "x" };
        options.KeepForFinalAnswer = Amount.UsdMicrocents(50_000);
    }

    private static void AlsoSmall(CyclesChatOptions options)
    {
        options.Prices.Add("small", 0.1m, 0.2m);
        options.Fallbacks.Add(new("small"));
    }
}
