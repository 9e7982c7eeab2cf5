using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>Denials in the real tool loop, which swallows exceptions and asks the model again.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class LoopTests(bool streaming) : LoopFixture(streaming)
{
    [Test]
    public async Task Skip_lets_the_model_read_the_denial_and_go_on()
    {
        var model = new ScriptedModel(["send"]);
        using var loop = Loop(model);

        var contents = await AskAsync(loop, [Tool("send").WithCycles(Cycles, Costs(1_001))]);

        Assert.That(model.Calls, Is.EqualTo(2));
        Assert.That(
            ResultsOf(contents).Single(),
            Does.StartWith("The tool 'send' was denied").And.Contain("BUDGET_EXCEEDED")
        );
        Assert.That(contents.OfType<TextContent>().Last().Text, Is.EqualTo("done"));
        Assert.That(Ran, Is.Empty);
    }

    [TestCase(DenialMode.Terminate)]
    [TestCase(DenialMode.Throw)]
    public async Task A_denial_ends_the_loop_after_one_model_call(DenialMode mode)
    {
        var model = new ScriptedModel(["send"], ["send"], ["send"]);
        using var loop = Loop(model);

        var contents = await AskAsync(loop, [Tool("send").WithCycles(Cycles, Costs(1_001, mode))]);

        Assert.That(model.Calls, Is.EqualTo(1));
        AssertAnswered(contents);
        Assert.That(ResultsOf(contents).Single(), Does.Contain("BUDGET_EXCEEDED"));
        Assert.That(contents.OfType<FunctionResultContent>().Single().Exception, Is.Null);
    }

    [TestCase(false, 0)]
    [TestCase(false, 3)]
    [TestCase(true, 0)]
    [TestCase(true, 3)]
    public async Task All_calls_of_the_message_run_before_the_loop_ends(bool sideBySide, int deniedIndex)
    {
        Spends(3);
        string[] names = ["a", "b", "c", "d"];
        var model = new ScriptedModel(names, names);
        using var loop = Loop(model, f => f.AllowConcurrentInvocation = sideBySide);
        var tools = names.Select(
            (name, i) => Tool(name).WithCycles(Cycles, Costs(i == deniedIndex ? 1_001 : 1, DenialMode.Terminate))
        );

        var contents = await AskAsync(loop, tools);

        Assert.That(model.Calls, Is.EqualTo(1));
        AssertAnswered(contents);
        Assert.That(Ran.Order(), Is.EqualTo(names.Where((_, i) => i != deniedIndex)));
    }

    [Test]
    public async Task A_call_that_is_denied_after_the_last_one_has_finished_ends_the_loop_too()
    {
        Spends(1);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Authority.Gates["late"] = gate.Task;
        var last = AIFunctionFactory.Create(() => "last ok", "last").WithCycles(Cycles, Costs(1));
        Authority.OnCommit = gate.SetResult;
        var model = new ScriptedModel(["late", "last"], ["late"]);
        using var loop = Loop(model, f => f.AllowConcurrentInvocation = true);

        var contents = await AskAsync(
            loop,
            [Tool("late").WithCycles(Cycles, Costs(1_001, DenialMode.Terminate)), last]
        );

        Assert.That(model.Calls, Is.EqualTo(1));
        AssertAnswered(contents);
    }

    [Test]
    public async Task No_call_stays_unanswered_where_the_last_one_has_no_guard()
    {
        var model = new ScriptedModel(["send", "free"], ["send", "free"], ["send"]);
        using var loop = Loop(model);

        var contents = await AskAsync(
            loop,
            [Tool("send").WithCycles(Cycles, Costs(1_001, DenialMode.Terminate)), Tool("free")]
        );

        AssertAnswered(contents);
        Assert.That(model.Calls, Is.EqualTo(3), "the loop ends at the first message whose last call is guarded");
    }

    [Test]
    public async Task A_guarded_model_is_not_asked_again_even_then()
    {
        Ledger.Administer("acme").Budget("tenant:acme", Amount.Tokens(100_000));
        var model = new ScriptedModel(["send", "free", "unknown"], ["send"]);
        using var loop = model
            .AsBuilder()
            .UseFunctionInvocation()
            .UseCycles(Cycles, o => o.Unit = AmountUnit.Tokens)
            .Build();

        var contents = await AskAsync(
            loop,
            [Tool("send").WithCycles(Cycles, Costs(1_001, DenialMode.Terminate)), Tool("free")]
        );

        AssertAnswered(contents);
        Assert.That(model.Calls, Is.EqualTo(1));
        Assert.That(Authority.Creates.Count(create => create.Action.Kind == "llm.completion"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_free_tool_that_comes_last_ends_the_loop_for_the_denied_one_before_it()
    {
        var model = new ScriptedModel(["send", "free"], ["send"]);
        using var loop = Loop(model);

        var contents = await AskAsync(
            loop,
            [
                Tool("send").WithCycles(Cycles, Costs(1_001, DenialMode.Terminate)),
                Tool("free").WithCycles(Cycles, Costs(0)),
            ]
        );

        AssertAnswered(contents);
        Assert.That(model.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_loop_that_ended_says_nothing_about_the_next_one()
    {
        Spends(1);
        var policy = new ToolPolicy();
        policy.Default.WhenDenied = DenialMode.Terminate;
        policy["send"].Estimate = Amount.RiskPoints(1_001);
        policy["find"].Estimate = Amount.RiskPoints(1);
        var tools = new AITool[] { Tool("send"), Tool("find") }.WithCycles(Cycles, policy);
        var first = new ScriptedModel(["send"]);
        var second = new ScriptedModel(["find"]);
        using var loops = Loop(first);
        using var others = Loop(second);

        await AskAsync(loops, tools);
        await AskAsync(others, tools);

        Assert.That((first.Calls, second.Calls), Is.EqualTo((1, 2)));
    }

    [Test]
    public async Task Five_tools_side_by_side_with_budget_for_three_run_three()
    {
        Spends(900);
        string[] names = ["a", "b", "c", "d", "e"];
        var allAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Authority.OnCreate = count =>
        {
            if (count == names.Length)
            {
                allAsked.SetResult();
            }
        };
        using var loop = Loop(new ScriptedModel(names), f => f.AllowConcurrentInvocation = true);

        var contents = await AskAsync(
            loop,
            names.Select(name =>
                AIFunctionFactory
                    .Create(
                        async () =>
                        {
                            await allAsked.Task;
                            Ran.Enqueue(name);
                        },
                        name
                    )
                    .WithCycles(Cycles, Costs(300))
            )
        );

        Assert.That(Ran, Has.Count.EqualTo(3));
        Assert.That(
            ResultsOf(contents).Count(text => text.Contains("BUDGET_EXCEEDED", StringComparison.Ordinal)),
            Is.EqualTo(2)
        );
        Assert.That(Authority.Keys, Is.Unique);
        AssertAnswered(contents);
    }

    [TestCase("same")]
    [TestCase("")]
    public async Task Call_ids_that_repeat_or_are_empty_give_distinct_keys(string id)
    {
        Spends(8);
        var tools = new[] { Tool("find").WithCycles(Cycles, Costs(1)) };
        for (var request = 0; request < 2; request++)
        {
            using var loop = Loop(new ScriptedModel(["find", "find"], ["find", "find"]) { CallIds = _ => id });
            await AskAsync(loop, tools);
        }

        Assert.That(Authority.Keys, Has.Count.EqualTo(8).And.Unique);
        Assert.That(Ran, Has.Count.EqualTo(8));
    }

    [Test]
    public async Task A_key_fits_a_header_whatever_tool_and_call_are_called()
    {
        Spends(1);
        var name = new string('ü', 200);
        using var loop = Loop(new ScriptedModel([name]) { CallIds = _ => new string('x', 5_000) });

        await AskAsync(loop, [Tool(name).WithCycles(Cycles, Costs(1))]);

        var key = Authority.Creates.Single().IdempotencyKey;
        Assert.That(key, Has.Length.LessThanOrEqualTo(256).And.Match("^[ -~]+$"));
    }

    [Test]
    public async Task A_call_that_the_application_repeats_is_held_and_charged_again()
    {
        Spends(5);
        var tries = 0;
        var flaky = AIFunctionFactory
            .Create(() => ++tries == 1 ? throw new InvalidOperationException("once") : "ok", "flaky")
            .WithCycles(Cycles, Costs(5));
        using var loop = Loop(
            new ScriptedModel(["flaky"]),
            f =>
                f.FunctionInvoker = async (context, token) =>
                {
                    try
                    {
                        return await context.Function.InvokeAsync(context.Arguments, token);
                    }
                    catch (InvalidOperationException)
                    {
                        return await context.Function.InvokeAsync(context.Arguments, token);
                    }
                }
        );

        var contents = await AskAsync(loop, [flaky]);

        Assert.That(ResultsOf(contents), Is.EqualTo(new[] { "ok" }));
        Assert.That(Authority.Keys, Has.Count.EqualTo(2).And.Unique);
    }

    [Test]
    public async Task A_tool_that_calls_another_one_pays_for_both()
    {
        Spends(3);
        var inner = Tool("inner").WithCycles(Cycles, Costs(1));
        var outer = AIFunctionFactory
            .Create(
                async () =>
                {
                    await inner.InvokeAsync();
                    return (await inner.InvokeAsync())?.ToString();
                },
                "outer"
            )
            .WithCycles(Cycles, Costs(1));
        using var loop = Loop(new ScriptedModel(["outer"]));

        await AskAsync(loop, [outer]);

        Assert.That(Ran, Has.Count.EqualTo(2));
        Assert.That(Authority.Keys, Has.Count.EqualTo(3).And.Unique);
    }

    [Test]
    public async Task A_denial_inside_another_tool_ends_the_loop_and_is_no_exception_in_its_history()
    {
        Spends(1);
        var inner = Tool("inner").WithCycles(Cycles, Costs(1_001, DenialMode.Throw));
        var outer = AIFunctionFactory
            .Create(async () => (await inner.InvokeAsync())?.ToString(), "outer")
            .WithCycles(Cycles, Costs(1));
        var model = new ScriptedModel(["outer"], ["outer"]);
        using var loop = Loop(model);

        var contents = await AskAsync(loop, [outer]);

        Assert.That(model.Calls, Is.EqualTo(1));
        Assert.That(ResultsOf(contents).Single(), Does.Contain("'inner'").And.Contain("BUDGET_EXCEEDED"));
    }

    [Test]
    public async Task Two_guards_around_one_call_charge_it_once()
    {
        Spends(5);
        var tool = new Opaque(Tool("find").WithCycles(Cycles, Costs(5))).WithCycles(Cycles, Costs(5));
        using var loop = Loop(
            new ScriptedModel(["find"]) { Arguments = new Dictionary<string, object?> { ["what"] = 7 } }
        );

        await AskAsync(loop, [tool]);

        Assert.That(Authority.Creates, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_call_that_the_application_makes_twice_at_once_is_held_and_charged_twice()
    {
        Spends(600);
        var bothAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = AIFunctionFactory
            .Create(
                async () =>
                {
                    await bothAsked.Task;
                    Ran.Enqueue("slow");
                },
                "slow"
            )
            .WithCycles(Cycles, Costs(600));
        using var loop = Loop(
            new ScriptedModel(["slow"]),
            f =>
                f.FunctionInvoker = async (context, token) =>
                {
                    var first = context.Function.InvokeAsync(context.Arguments, token).AsTask();
                    var second = context.Function.InvokeAsync(context.Arguments, token).AsTask();
                    bothAsked.SetResult();
                    return string.Join('|', await Task.WhenAll(first, second));
                }
        );

        var contents = await AskAsync(loop, [slow]);

        Assert.That(ResultsOf(contents).Single(), Does.Contain("BUDGET_EXCEEDED"));
        Assert.That(Ran, Has.Count.EqualTo(1));
        Assert.That(Authority.Keys, Has.Count.EqualTo(2).And.Unique);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_tool_that_calls_itself_pays_for_each_call(bool withTheSameArguments)
    {
        Spends(3);
        AIFunction? self = null;
        self = AIFunctionFactory
            .Create(
                async (AIFunctionArguments arguments) =>
                {
                    Ran.Enqueue("self");
                    if (Ran.Count < 3)
                    {
                        await self!.InvokeAsync(withTheSameArguments ? arguments : new());
                    }
                },
                "self"
            )
            .WithCycles(Cycles, Costs(1));
        using var loop = Loop(new ScriptedModel(["self"]));

        await AskAsync(loop, [self]);

        Assert.That(Authority.Keys, Has.Count.EqualTo(3).And.Unique);
    }

    [Test]
    public async Task A_tool_that_hands_its_arguments_on_to_another_one_pays_for_both()
    {
        Spends(2);
        var inner = Tool("inner").WithCycles(Cycles, Costs(1));
        var outer = AIFunctionFactory
            .Create(async (AIFunctionArguments arguments) => (await inner.InvokeAsync(arguments))?.ToString(), "outer")
            .WithCycles(Cycles, Costs(1));
        using var loop = Loop(new ScriptedModel(["outer"]));

        await AskAsync(loop, [outer]);

        Assert.That(Ran, Is.EqualTo(new[] { "inner" }));
    }

    [Test]
    public async Task A_wrapper_that_renames_a_guarded_tool_changes_nothing_about_its_end()
    {
        var model = new ScriptedModel(["mail", "mail"], ["mail"]);
        using var loop = Loop(model);
        var tool = new Renamed(Tool("send").WithCycles(Cycles, Costs(1_001, DenialMode.Terminate)), "mail");

        var contents = await AskAsync(loop, [tool]);

        Assert.That(model.Calls, Is.EqualTo(1));
        AssertAnswered(contents);
    }

    [Test]
    public async Task A_cancelled_loop_leaves_nothing_held()
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
        using var loop = Loop(new ScriptedModel(["wait"]));

        await Assert.CatchAsync<OperationCanceledException>(() => AskAsync(loop, [tool], source.Token));
    }
}
