using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>A tool loop that guards whatever it runs.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class UseCyclesToolsTests(bool streaming) : LoopFixture(streaming)
{
    [CyclesCost(7, AmountUnit.RiskPoints)]
    private static string Priced() => "priced ok";

    [Test]
    public async Task Every_tool_that_the_loop_runs_asks_first()
    {
        Spends(7 + 3 + 3);
        ToolPolicy? policy = null;
        using var client = new ScriptedModel(["Priced", "given", "additional"])
            .AsBuilder()
            .UseCyclesTools(
                Cycles,
                o =>
                {
                    o.Default.Estimate = Amount.RiskPoints(3);
                    policy = o;
                }
            )
            .UseFunctionInvocation(configure: loop => loop.AdditionalTools = [Tool("additional")])
            .Build();

        var contents = await AskAsync(client, [AIFunctionFactory.Create(Priced, "Priced"), Tool("given")]);

        Assert.That(ResultsOf(contents), Is.EqualTo(new[] { "priced ok", "given ok", "additional ok" }));
        Assert.That(policy!.Unconfigured, Is.EqualTo(new[] { "additional", "given" }));
        Assert.That(Authority.Keys, Has.Count.EqualTo(3).And.Unique);
    }

    [Test]
    public async Task A_tool_that_another_one_brings_into_the_loop_asks_too()
    {
        var model = new ScriptedModel(["load"], ["loaded"]);
        using var client = Guarded(model, new() { ["load"] = 0, ["loaded"] = 1_001 });
        var load = AIFunctionFactory.Create(
            () => FunctionInvokingChatClient.CurrentContext!.Options!.Tools!.Add(Tool("loaded")),
            "load"
        );

        var contents = await AskAsync(client, [load]);

        Assert.That(ResultsOf(contents)[^1], Does.Contain("BUDGET_EXCEEDED"));
        Assert.That(Ran, Is.Empty);
    }

    [Test]
    public async Task A_denial_ends_the_loop_after_the_message()
    {
        Spends(1);
        var model = new ScriptedModel(["send", "find"], ["send"]);
        using var client = Guarded(model, new() { ["send"] = 1_001, ["find"] = 1 }, DenialMode.Throw);

        var contents = await AskAsync(client, [Tool("send"), Tool("find")]);

        Assert.That(model.Calls, Is.EqualTo(1));
        AssertAnswered(contents);
        Assert.That(Ran, Is.EqualTo(new[] { "find" }));
    }

    [Test]
    public async Task A_function_with_a_guard_of_its_own_keeps_it()
    {
        Spends(9);
        using var client = Guarded(new ScriptedModel(["find"]), new() { ["find"] = 1 });

        await AskAsync(client, [Tool("find").WithCycles(Cycles, Costs(9))]);
    }

    [Test]
    public async Task A_hidden_guard_inside_charges_nothing_more()
    {
        Spends(1);
        using var client = Guarded(new ScriptedModel(["find"]), new() { ["find"] = 1 });

        await AskAsync(client, [new Opaque(Tool("find").WithCycles(Cycles, Costs(9)))]);
    }

    [Test]
    public async Task An_invoker_that_the_application_has_runs_inside_the_guard()
    {
        Spends(1);
        var invoked = new List<string>();
        using var client = new ScriptedModel(["find", "send"])
            .AsBuilder()
            .UseCyclesTools(
                Cycles,
                o =>
                {
                    o["find"].Estimate = Amount.RiskPoints(1);
                    o["send"].Estimate = Amount.RiskPoints(1_001);
                }
            )
            .UseFunctionInvocation(configure: loop =>
                loop.FunctionInvoker = (context, token) =>
                {
                    invoked.Add(context.Function.Name);
                    return context.Function.InvokeAsync(context.Arguments, token);
                }
            )
            .Build();

        await AskAsync(client, [Tool("find"), Tool("send")]);

        Assert.That(invoked, Is.EqualTo(new[] { "find" }));
    }

    [Test]
    public async Task The_client_comes_from_the_container()
    {
        Spends(2);
        await using var services = new ServiceCollection().AddSingleton(Cycles).BuildServiceProvider();
        using var client = new ScriptedModel(["find"])
            .AsBuilder()
            .UseCyclesTools(configure: o => o["find"].Estimate = Amount.RiskPoints(2))
            .UseFunctionInvocation()
            .Build(services);

        await AskAsync(client, [Tool("find")]);
    }

    [Test]
    public async Task A_subclass_of_the_loop_that_calls_its_base_is_guarded()
    {
        Spends(2);
        var model = new ScriptedModel(["find"]);
        using var client = model
            .AsBuilder()
            .UseCyclesTools(Cycles, o => o["find"].Estimate = Amount.RiskPoints(2))
            .Use(inner => new PoliteLoop(inner))
            .Build();

        await AskAsync(client, [Tool("find")]);
    }

    [Test]
    public void A_guard_in_the_wrong_place_is_refused_when_the_pipeline_is_built() =>
        Assert.That(
            () => new ScriptedModel().AsBuilder().UseFunctionInvocation().UseCyclesTools(Cycles).Build(),
            Throws.InvalidOperationException.With.Message.Contains("before UseFunctionInvocation")
        );

    [Test]
    public void A_second_guard_is_refused_when_the_pipeline_is_built() =>
        Assert.That(
            () =>
                new ScriptedModel()
                    .AsBuilder()
                    .UseCyclesTools(Cycles)
                    .UseCyclesTools(Cycles)
                    .UseFunctionInvocation()
                    .Build(),
            Throws.InvalidOperationException.With.Message.Contains("guarded already")
        );

    private sealed class PoliteLoop(IChatClient inner) : FunctionInvokingChatClient(inner)
    {
        protected override ValueTask<object?> InvokeFunctionAsync(
            FunctionInvocationContext context,
            CancellationToken cancellationToken
        ) => base.InvokeFunctionAsync(context, cancellationToken);
    }

    private IChatClient Guarded(
        ScriptedModel model,
        Dictionary<string, long> costs,
        DenialMode mode = DenialMode.Skip
    ) =>
        model
            .AsBuilder()
            .UseCyclesTools(
                Cycles,
                o =>
                {
                    foreach (var (tool, points) in costs)
                    {
                        o[tool].Estimate = Amount.RiskPoints(points);
                    }

                    o.Default.WhenDenied = mode;
                }
            )
            .UseFunctionInvocation()
            .Build();
}
