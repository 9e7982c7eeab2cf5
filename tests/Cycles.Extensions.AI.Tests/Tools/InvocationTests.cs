using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>A guarded function that somebody calls by hand.</summary>
public sealed class InvocationTests : ToolFixture
{
    [Test]
    public async Task A_call_holds_the_estimate_runs_and_is_charged()
    {
        Spends(50);
        var heldInside = 0L;
        var send = AIFunctionFactory
            .Create(
                async () =>
                {
                    heldInside = (await Cycles.GetBalancesAsync().SingleAsync()).Reserved!.Value.Value;
                    return "sent";
                },
                "send"
            )
            .WithCycles(Cycles, Costs(50));

        var result = await send.InvokeAsync();

        Assert.That(result?.ToString(), Is.EqualTo("sent"));
        Assert.That(heldInside, Is.EqualTo(50));
        Assert.That(Authority.Creates.Single().Action, Is.EqualTo(new CyclesAction("tool.call", "send")));
    }

    [Test]
    public async Task Kind_toolset_and_subject_are_the_terms_and_the_policys()
    {
        Spends(1);
        Ledger.Administer("acme").Budget("tenant:acme/agent:bot/toolset:mail", Amount.RiskPoints(1));
        var policy = new ToolPolicy { Subject = new Subject { Agent = "bot" } };
        policy["send"].Estimate = Amount.RiskPoints(1);
        policy["send"].Kind = "message.email";
        policy["send"].Toolset = "mail";
        var send = Tool("send").WithCycles(Cycles, policy);

        await send.InvokeAsync();
        var second = await send.InvokeAsync();

        var asked = Authority.Creates[0];
        Assert.That(asked.Action, Is.EqualTo(new CyclesAction("message.email", "send")));
        Assert.That((asked.Subject.Agent, asked.Subject.Toolset), Is.EqualTo(("bot", "mail")));
        Assert.That(second, Does.Contain("denied"), "the toolset's own budget is used up");
        Assert.That(Ran, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_call_says_whose_it_is_and_another_tenant_pays_for_itself()
    {
        Ledger.Administer("umbrella").Budget("tenant:umbrella", Amount.RiskPoints(10));
        var policy = new ToolPolicy
        {
            ResolveSubject = call => new Subject { Tenant = (string)call.Arguments["customer"]! },
        };
        policy.Default.Estimate = Amount.RiskPoints(4);
        var tool = AIFunctionFactory.Create((string customer) => customer, "find").WithCycles(Cycles, policy);

        await tool.InvokeAsync(new() { ["customer"] = "umbrella" });

        var paid = await Cycles.ForTenant("umbrella").GetBalancesAsync().SingleAsync();
        Assert.That(paid.Spent, Is.EqualTo(Amount.RiskPoints(4)));
    }

    [Test]
    public async Task Two_guards_around_one_call_charge_it_once()
    {
        Spends(5);
        var tool = new Opaque(Tool("find").WithCycles(Cycles, Costs(5))).WithCycles(Cycles, Costs(5));

        await tool.InvokeAsync();

        Assert.That(Authority.Creates, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_guard_for_which_the_call_is_free_leaves_it_to_the_one_inside()
    {
        Spends(5);
        var tool = new Opaque(Tool("find").WithCycles(Cycles, Costs(5))).WithCycles(Cycles, Costs(0));

        await tool.InvokeAsync();
    }

    [TestCase(false, ExpectedResult = new[] { true, false })]
    [TestCase(true, ExpectedResult = new[] { true })]
    public async Task<IEnumerable<bool>> A_guard_that_only_watches_stands_for_no_other_that_does_not(bool bothWatch)
    {
        Spends(bothWatch ? 0 : 5);
        var watching = new ToolPolicy { Shadow = new ShadowReport() };
        watching.Default.Estimate = Amount.RiskPoints(5);
        var inner = bothWatch ? Tool("find").WithCycles(Cycles, watching) : Tool("find").WithCycles(Cycles, Costs(5));

        await new Opaque(inner).WithCycles(Cycles, watching).InvokeAsync();

        return Authority.Creates.Select(create => create.DryRun == true);
    }

    [Test]
    public async Task A_tool_that_throws_gives_its_hold_back_and_its_exception_comes_through()
    {
        var failure = new InvalidOperationException("broke");
        var tool = FailingTool("find", failure).WithCycles(Cycles, Costs(50));

        var thrown = await Assert.CatchAsync(async () => await tool.InvokeAsync());

        Assert.That(thrown, Is.SameAs(failure));
        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Single().Reason, Is.EqualTo("tool_failed"));
    }

    [Test]
    public async Task A_side_effecting_tool_that_throws_is_charged_because_it_may_have_acted()
    {
        Spends(50);
        var failure = new InvalidOperationException("broke after sending");
        var tool = FailingTool("send", failure)
            .WithCycles(
                Cycles,
                o =>
                {
                    o.Estimate = Amount.RiskPoints(50);
                    o.HasSideEffects = true;
                }
            );

        Assert.That(await Assert.CatchAsync(async () => await tool.InvokeAsync()), Is.SameAs(failure));
    }

    [Test]
    public async Task A_tool_that_is_cancelled_while_it_runs_gives_its_hold_back()
    {
        using var source = new CancellationTokenSource();
        var tool = AIFunctionFactory
            .Create(
                (CancellationToken token) =>
                {
                    source.Cancel();
                    token.ThrowIfCancellationRequested();
                },
                "wait"
            )
            .WithCycles(Cycles, Costs(50));

        await Assert.CatchAsync<OperationCanceledException>(async () => await tool.InvokeAsync(null, source.Token));
    }

    [Test]
    public async Task A_commit_that_is_refused_hides_no_result()
    {
        Authority.RefusesCommits = CyclesError.Of(409, ErrorCode.BudgetExceeded, "No.");
        var tool = Tool("find").WithCycles(Cycles, Costs(50));

        var result = await tool.InvokeAsync();

        Assert.That(result?.ToString(), Is.EqualTo("find ok"));
        var held = await Cycles.ListReservationsAsync(new() { Status = ReservationStatus.Active }).SingleAsync();
        await Ledger
            .ForTenant("acme")
            .ReleaseReservationAsync(held.ReservationId, new ReleaseRequest { IdempotencyKey = "test" });
    }

    [Test]
    public async Task An_authority_that_fails_stops_the_tool_is_no_denial_and_is_logged()
    {
        using var logs = new FakeLoggerProvider();
        Authority.RefusesReserves = CyclesError.Of(404, ErrorCode.NotFound, "No budget.");
        var policy = new ToolPolicy { LoggerFactory = new LoggerFactory([logs]) };
        policy["find"].Estimate = Amount.RiskPoints(1);
        var tool = Tool("find").WithCycles(Cycles, policy);

        var thrown = await Assert.CatchAsync<CyclesException>(async () => await tool.InvokeAsync());

        Assert.That(thrown, Is.Not.InstanceOf<BudgetDeniedException>());
        Assert.That(Ran, Is.Empty);
        Assert.That(logs.Collector.LatestRecord.Exception, Is.SameAs(thrown));
    }

    [Test]
    public async Task A_denied_call_does_not_run_and_returns_text_for_a_model()
    {
        var tool = Tool("send").WithCycles(Cycles, Costs(1_001));

        var result = await tool.InvokeAsync();

        Assert.That(Ran, Is.Empty);
        Assert.That(
            result,
            Is.EqualTo(
                "The tool 'send' was denied and did not run (BUDGET_EXCEEDED): the budget does not cover it. Waiting does not help: do not call it again, go on without it."
            )
        );
    }

    [Test]
    public async Task The_text_says_how_long_to_wait_where_the_authority_says()
    {
        Authority.RefusesReserves = CyclesError.Of(409, ErrorCode.BudgetFrozen, "tenant:acme has 950 left") with
        {
            RetryAfter = TimeSpan.FromSeconds(29.5),
        };
        var tool = Tool("send").WithCycles(Cycles, Costs(1));

        var result = await tool.InvokeAsync();

        Assert.That(
            result,
            Is.EqualTo(
                "The tool 'send' was denied and did not run (BUDGET_FROZEN): the budget is frozen. Waiting may help: call it again after 30 s at the earliest."
            )
        );
    }

    [Test]
    public async Task Terminate_outside_a_tool_loop_is_a_text_too() =>
        Assert.That(
            await Tool("send").WithCycles(Cycles, Costs(1_001, DenialMode.Terminate)).InvokeAsync(),
            Does.Contain("BUDGET_EXCEEDED")
        );

    [Test]
    public async Task Throw_outside_a_tool_loop_throws_the_typed_exception()
    {
        var tool = Tool("send").WithCycles(Cycles, Costs(1_001, DenialMode.Throw));

        var thrown = await Assert.CatchAsync<BudgetDeniedException>(async () => await tool.InvokeAsync());

        Assert.That(thrown!.Denial.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
        Assert.That(Ran, Is.Empty);
    }

    [Test]
    public async Task Whoever_wants_to_know_of_denials_is_told_and_cannot_break_the_call()
    {
        ToolDenial? told = null;
        var policy = new ToolPolicy
        {
            OnDenied = denied =>
            {
                told = denied;
                throw new InvalidOperationException("The listener broke.");
            },
        };
        policy["send"].Estimate = Amount.RiskPoints(1_001);

        var result = await Tool("send").WithCycles(Cycles, policy).InvokeAsync();

        Assert.That(told!.Tool, Is.EqualTo("send"));
        Assert.That(told.Denial.Remaining?.Value, Is.EqualTo(1_000));
        Assert.That(result, Is.EqualTo(told.Text));
    }

    [Test]
    public async Task The_tool_runs_where_it_would_run_unguarded()
    {
        Spends(1);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var context = new OneThread();
        SynchronizationContext? seen = null;
        Authority.Gate = gate.Task;
        var tool = AIFunctionFactory
            .Create(() => seen = SynchronizationContext.Current, "show")
            .WithCycles(Cycles, Costs(1));

        await context.RunAsync(() =>
        {
            var call = tool.InvokeAsync();
            gate.SetResult();
            return call.AsTask();
        });

        Assert.That(seen, Is.SameAs(context));
    }

    [Test]
    public async Task A_result_that_only_looks_like_a_failed_MCP_call_is_none()
    {
        Spends(50);
        var tool = AIFunctionFactory
            .Create(() => JsonDocument.Parse("""{"isError":true,"rows":1}""").RootElement.Clone(), "report")
            .WithCycles(Cycles, Costs(50));

        await tool.InvokeAsync();
    }
}
