using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>What a guarded tool still is to everybody else.</summary>
public sealed class WrappingTests : ToolFixture
{
    [Test]
    public void A_guarded_function_looks_like_the_one_inside()
    {
        var inner = AIFunctionFactory.Create((string city) => city, "weather", "Tells the weather.");

        var guarded = inner.WithCycles(Cycles, Costs(1));

        Assert.Multiple(() =>
        {
            Assert.That(guarded.Name, Is.EqualTo("weather"));
            Assert.That(guarded.Description, Is.EqualTo("Tells the weather."));
            Assert.That(guarded.JsonSchema.GetRawText(), Is.EqualTo(inner.JsonSchema.GetRawText()));
            Assert.That(guarded.UnderlyingMethod, Is.SameAs(inner.UnderlyingMethod));
            Assert.That(guarded.GetService<CyclesAIFunction>(), Is.SameAs(guarded));
            Assert.That(
                guarded.GetService<CyclesAction>(),
                Is.EqualTo(new CyclesAction("tool.call", "weather")),
                "what caps are compared with"
            );
        });
    }

    [Test]
    public void A_list_keeps_its_order_and_what_this_process_does_not_run()
    {
        var declaration = Tool("declared").AsDeclarationOnly();
        var hosted = new HostedWebSearchTool();
        var own = Tool("own").WithCycles(Cycles, Costs(1));
        var policy = new ToolPolicy();
        policy.Default.Estimate = Amount.RiskPoints(1);

        var guarded = new AITool[] { Tool("a"), declaration, hosted, own }.WithCycles(Cycles, policy);

        Assert.That(guarded[0], Is.InstanceOf<CyclesAIFunction>());
        Assert.That(guarded.Skip(1), Is.EqualTo(new AITool[] { declaration, hosted, own }));
        Assert.That(policy.Unconfigured, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void A_function_is_guarded_once()
    {
        var guarded = new Renamed(Tool("find").WithCycles(Cycles, Costs(1)), "find");

        Assert.That(
            () => guarded.WithCycles(Cycles, Costs(1)),
            Throws.ArgumentException.With.Message.Contains("guarded already")
        );
        Assert.That(
            () => guarded.WithCycles(Cycles, new ToolPolicy()),
            Throws.ArgumentException.With.Message.Contains("guarded already")
        );
    }

    [TestCase(true, TestName = "Approval is kept around the guard")]
    [TestCase(false, TestName = "Approval is kept inside the guard")]
    public async Task Approval_is_kept(bool outside)
    {
        Spends(5);
        AIFunction tool = outside
            ? new ApprovalRequiredAIFunction(Tool("pay").WithCycles(Cycles, Costs(5)))
            : new ApprovalRequiredAIFunction(Tool("pay")).WithCycles(Cycles, Costs(5));
        var model = new ScriptedModel(["pay"]);
        using var loop = model.AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [tool] };
        var chat = new List<ChatMessage> { new(ChatRole.User, "Pay.") };

        var asked = await loop.GetResponseAsync(chat, options);
        var request = asked
            .Messages.SelectMany(message => message.Contents)
            .OfType<ToolApprovalRequestContent>()
            .Single();

        Assert.That(Ran, Is.Empty);
        Assert.That(Authority.Requests, Is.Empty, "nothing is reserved for what a human may refuse");

        chat.AddRange(asked.Messages);
        chat.Add(new ChatMessage(ChatRole.User, [request.CreateResponse(approved: true)]));
        await loop.GetResponseAsync(chat, options);

        Assert.That(Ran, Is.EqualTo(new[] { "pay" }));
        Assert.That(Authority.Creates, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_call_that_a_human_refuses_costs_nothing()
    {
        var tool = new ApprovalRequiredAIFunction(Tool("pay")).WithCycles(Cycles, Costs(5));
        using var loop = new ScriptedModel(["pay"]).AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [tool] };
        var chat = new List<ChatMessage> { new(ChatRole.User, "Pay.") };
        var asked = await loop.GetResponseAsync(chat, options);
        var request = asked
            .Messages.SelectMany(message => message.Contents)
            .OfType<ToolApprovalRequestContent>()
            .Single();

        chat.AddRange(asked.Messages);
        chat.Add(new ChatMessage(ChatRole.User, [request.CreateResponse(approved: false)]));
        await loop.GetResponseAsync(chat, options);

        Assert.That(Authority.Requests, Is.Empty);
    }

    [Test]
    public async Task A_declaration_goes_back_to_the_caller_as_it_would_unguarded()
    {
        using var loop = new ScriptedModel(["declared"]).AsBuilder().UseFunctionInvocation().Build();
        var tools = new AITool[] { Tool("declared").AsDeclarationOnly() }.WithCycles(Cycles);

        var response = await loop.GetResponseAsync("Go.", new ChatOptions { Tools = tools });

        Assert.That(
            response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Single().Name,
            Is.EqualTo("declared")
        );
        Assert.That(Authority.Requests, Is.Empty);
    }
}
