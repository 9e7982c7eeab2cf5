using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>Caps that come with a hold, or with the model turn before it, at the moment a tool is called.</summary>
public sealed class CapsTests : ToolFixture
{
    [TestCase("send", false)]
    [TestCase("Send", true)]
    [TestCase("find", true)]
    public async Task A_denied_tool_does_not_run_and_its_hold_goes_back(string tool, bool runs) =>
        await AssertRunsAsync(new Caps { ToolDenylist = ["send"] }, tool, runs);

    [TestCase("send", true)]
    [TestCase("Send", false)]
    [TestCase("find", false)]
    public async Task An_allowlist_rules_alone(string tool, bool runs) =>
        await AssertRunsAsync(new Caps { ToolAllowlist = ["send"], ToolDenylist = ["send"] }, tool, runs);

    [Test]
    public async Task Empty_lists_restrict_nothing() =>
        await AssertRunsAsync(new Caps { ToolAllowlist = [], ToolDenylist = [] }, "send", runs: true);

    [TestCase(0, false)]
    [TestCase(1, true)]
    public async Task Without_steps_left_no_tool_runs(long left, bool runs) =>
        await AssertRunsAsync(new Caps { MaxStepsRemaining = left }, "send", runs);

    [Test]
    public async Task The_text_says_that_the_tool_is_not_allowed()
    {
        Cap(new Caps { ToolDenylist = ["send"] });

        var result = await Tool("send").WithCycles(Cycles, Costs(5)).InvokeAsync();

        Assert.That(
            result,
            Is.EqualTo(
                "The tool 'send' was denied and did not run (TOOL_NOT_ALLOWED): it is not among the tools that are allowed now. Waiting does not help: do not call it again, go on without it."
            )
        );
        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Single().Reason, Is.EqualTo("tool_capped"));
    }

    [Test]
    public async Task Caps_of_the_models_turn_refuse_before_anything_is_reserved_free_tools_too()
    {
        var model = new CappedModel(new Caps { ToolDenylist = ["send", "free"] }, "send", "free");
        using var loop = model.AsBuilder().UseFunctionInvocation().Build();

        var response = await loop.GetResponseAsync(
            "Go.",
            new ChatOptions
            {
                Tools = [Tool("send").WithCycles(Cycles, Costs(5)), Tool("free").WithCycles(Cycles, Costs(0))],
            }
        );

        Assert.That(Ran, Is.Empty);
        Assert.That(Authority.Requests, Is.Empty);
        Assert.That(
            response
                .Messages.SelectMany(message => message.Contents)
                .OfType<FunctionResultContent>()
                .Select(r => r.Result),
            Has.All.Contain("TOOL_NOT_ALLOWED").And.Exactly(2).Items
        );
    }

    [Test]
    public async Task A_pause_that_the_authority_asks_for_is_made_before_the_next_reserve()
    {
        Spends(10);
        Cap(new Caps { CooldownMs = 3_000 });
        var clock = new FakeTimeProvider();
        var tool = Tool("send").WithCycles(Cycles, Paused(clock));
        await tool.InvokeAsync();

        var second = tool.InvokeAsync().AsTask();
        clock.Advance(TimeSpan.FromMilliseconds(2_999));
        var askedTooEarly = Authority.Creates.Count > 1;
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await second;

        Assert.That(askedTooEarly, Is.False);
        Assert.That(Ran, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_pause_that_is_too_long_denies_and_says_how_long()
    {
        Spends(5);
        Cap(new Caps { CooldownMs = 5_001 });
        var tool = Tool("send").WithCycles(Cycles, Paused(new FakeTimeProvider()));
        await tool.InvokeAsync();

        var result = await tool.InvokeAsync();

        Assert.That(
            result,
            Is.EqualTo(
                "The tool 'send' was denied and did not run (COOLING_DOWN): a pause is due first. Waiting may help: call it again after 6 s at the earliest."
            )
        );
        Assert.That(Authority.Creates, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_refusal_in_a_run_gives_the_hold_back_whatever_the_arguments_are()
    {
        Cap(new Caps { ToolDenylist = ["send"] });
        var send = AIFunctionFactory.Create((object what) => Ran.Enqueue("send"), "send").WithCycles(Cycles, Costs(5));
        await using var run = Cycles.BeginRun("case");

        // A run counts denials by what was asked for.
        Assert.That(await send.InvokeAsync(new() { ["what"] = new Picky() }), Does.Contain("TOOL_NOT_ALLOWED"));

        Assert.That(Authority.Creates, Has.Count.EqualTo(1));
        Assert.That(Ran, Is.Empty);
    }

    private static ToolPolicy Paused(TimeProvider clock)
    {
        var policy = new ToolPolicy { TimeProvider = clock };
        policy["send"].Estimate = Amount.RiskPoints(5);
        policy["send"].Toolset = "mail";
        return policy;
    }

    private async Task AssertRunsAsync(Caps caps, string tool, bool runs)
    {
        Spends(runs ? 5 : 0);
        Cap(caps);

        await Tool(tool).WithCycles(Cycles, Costs(5)).InvokeAsync();

        Assert.That(Ran.Contains(tool), Is.EqualTo(runs));
    }

    private void Cap(Caps caps) => Ledger.Administer("acme").SetCaps("tenant:acme", AmountUnit.RiskPoints, caps);
}
