using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>Where a tool's terms come from.</summary>
public sealed class PolicyTests : ToolFixture
{
    [CyclesCost(7, AmountUnit.RiskPoints, Kind = "message.email", Toolset = "mail", HasSideEffects = true)]
    private static string Send() => throw new InvalidOperationException("sent, then broke");

    [CyclesCost(7, AmountUnit.RiskPoints)]
    private static string Find() => "found";

    [Test]
    public async Task An_attribute_says_all_that_terms_can()
    {
        Spends(7);
        var send = AIFunctionFactory.Create(Send).WithCycles(Cycles);

        await Assert.CatchAsync<InvalidOperationException>(async () => await send.InvokeAsync());

        var asked = Authority.Creates.Single();
        Assert.That(asked.Action, Is.EqualTo(new CyclesAction("message.email", "Send")));
        Assert.That(asked.Subject.Toolset, Is.EqualTo("mail"));
    }

    [Test]
    public async Task Options_begin_with_what_the_attribute_says_and_may_change_it()
    {
        Spends(9);
        var find = AIFunctionFactory
            .Create(Find)
            .WithCycles(Cycles, o => o.Estimate = o.Estimate!.Value with { Value = o.Estimate.Value.Value + 2 });

        await find.InvokeAsync();
    }

    [TestCaseSource(nameof(Properties))]
    public async Task A_tool_without_a_method_says_it_in_its_properties(object cost)
    {
        Spends(6);
        var tool = AIFunctionFactory
            .Create(
                () => "ok",
                new AIFunctionFactoryOptions
                {
                    Name = "find",
                    AdditionalProperties = new Dictionary<string, object?>
                    {
                        [CyclesCostAttribute.PropertyName] = cost,
                    },
                }
            )
            .WithCycles(Cycles);

        await tool.InvokeAsync();
    }

    private static IEnumerable<object> Properties() =>
        [
            Amount.RiskPoints(6),
            new ToolTerms { Estimate = Amount.RiskPoints(6) },
            new CyclesCostAttribute(6, AmountUnit.RiskPoints),
        ];

    [Test]
    public void A_property_of_another_type_is_a_mistake_that_is_named()
    {
        var tool = AIFunctionFactory.Create(
            () => "ok",
            new AIFunctionFactoryOptions
            {
                Name = "find",
                AdditionalProperties = new Dictionary<string, object?> { [CyclesCostAttribute.PropertyName] = 6 },
            }
        );

        var thrown = Assert.Catch<ArgumentException>(() => tool.WithCycles(Cycles));

        Assert.That(thrown!.Message, Does.Contain("'find'").And.Contain("cycles.cost"));
    }

    [TestCase("Find", 7, TestName = "The attribute comes first")]
    [TestCase("crm.read", 1, TestName = "Then the exact entry")]
    [TestCase("crm.write", 2, TestName = "Then the first pattern that matches")]
    [TestCase("mail.draft", 3, TestName = "Patterns in the order in which they were added")]
    [TestCase("web.search", 4, TestName = "Then the callback")]
    [TestCase("other", 5, TestName = "Then the default")]
    public async Task Each_source_fills_what_the_ones_before_leave_open(string name, long expected)
    {
        Spends(expected);
        var policy = new ToolPolicy
        {
            Resolve = call =>
                call.Name.StartsWith("web", StringComparison.Ordinal)
                    ? new() { Estimate = Amount.RiskPoints(4) }
                    : null,
        };
        policy["crm.*"].Estimate = Amount.RiskPoints(2);
        policy["crm.*"].Kind = "crm.call";
        policy["*.draft"].Estimate = Amount.RiskPoints(3);
        policy["mail.*"].Estimate = Amount.RiskPoints(8);
        policy["crm.read"].Estimate = Amount.RiskPoints(1);
        policy["Find"].Estimate = Amount.RiskPoints(9);
        policy.Default.Estimate = Amount.RiskPoints(5);
        policy.Default.Toolset = "all";
        var function = name == "Find" ? AIFunctionFactory.Create(Find) : Tool(name);

        await function.WithCycles(Cycles, policy).InvokeAsync();

        var asked = Authority.Creates.Single();
        Assert.That(
            asked.Action.Kind,
            Is.EqualTo(name.StartsWith("crm", StringComparison.Ordinal) ? "crm.call" : "tool.call")
        );
        Assert.That(asked.Subject.Toolset, Is.EqualTo("all"));
    }

    [Test]
    public async Task The_callback_sees_the_arguments()
    {
        Spends(30);
        var policy = new ToolPolicy
        {
            Resolve = call => new() { Estimate = Amount.RiskPoints(10 * (int)call.Arguments["letters"]!) },
        };
        var tool = AIFunctionFactory.Create((int letters) => letters, "post").WithCycles(Cycles, policy);

        await tool.InvokeAsync(new() { ["letters"] = 3 });
    }

    [Test]
    public async Task A_tool_that_costs_nothing_never_calls_the_authority()
    {
        var tool = Tool("read").WithCycles(Cycles, Costs(0));

        var result = await tool.InvokeAsync();

        Assert.That(result?.ToString(), Is.EqualTo("read ok"));
        Assert.That(Authority.Requests, Is.Empty);
    }

    [Test]
    public async Task A_tool_that_nobody_priced_is_listed_at_once_and_refused()
    {
        using var logs = new FakeLoggerProvider();
        var policy = new ToolPolicy { LoggerFactory = new LoggerFactory([logs]) };
        policy["known"].Estimate = Amount.RiskPoints(0);
        var tools = new AITool[] { Tool("new"), Tool("known") }.WithCycles(Cycles, policy);
        var listed = policy.Unconfigured;

        var result = await ((AIFunction)tools[0]).InvokeAsync();
        await ((AIFunction)tools[0]).InvokeAsync();

        Assert.That(listed, Is.EqualTo(new[] { "new" }));
        Assert.That(
            result,
            Is.EqualTo(
                "The tool 'new' was denied and did not run (TOOL_UNCONFIGURED): nobody has said what it may cost. Waiting does not help: do not call it again, go on without it."
            )
        );
        Assert.That(Ran, Is.Empty);
        Assert.That(Authority.Requests, Is.Empty);
        Assert.That(logs.Collector.GetSnapshot().Count(record => record.Id.Id == 221), Is.EqualTo(1), "said once");
    }

    [Test]
    public async Task A_default_lets_unpriced_tools_run_and_they_are_listed_all_the_same()
    {
        Spends(3);
        var policy = new ToolPolicy { Resolve = _ => null };
        policy.Default.Estimate = Amount.RiskPoints(3);
        var tool = Tool("new").WithCycles(Cycles, policy);

        await tool.InvokeAsync();

        Assert.That(policy.Unconfigured, Is.EqualTo(new[] { "new" }));
    }

    [Test]
    public void A_single_tool_without_a_cost_is_a_mistake() =>
        Assert.That(
            () => Tool("new").WithCycles(Cycles),
            Throws.ArgumentException.With.Message.Contains("'new'").And.Message.Contains("[CyclesCost]")
        );

    [TestCaseSource(nameof(Mistakes))]
    public void Terms_out_of_their_range_are_refused_when_the_tool_is_guarded(Action<ToolTerms> mistake, string named)
    {
        var policy = new ToolPolicy();
        policy["find"].Estimate = Amount.RiskPoints(1);
        mistake(policy["find"]);

        Assert.That(
            () => Tool("find").WithCycles(Cycles, policy),
            Throws.ArgumentException.With.Message.Contains("'find'").And.Message.Contains(named)
        );
        Assert.That(
            () =>
                Tool("find")
                    .WithCycles(
                        Cycles,
                        terms =>
                        {
                            terms.Estimate = Amount.RiskPoints(1);
                            mistake(terms);
                        }
                    ),
            Throws.ArgumentException.With.Message.Contains("'find'").And.Message.Contains(named)
        );
    }

    private static IEnumerable<TestCaseData> Mistakes() =>
        [
            new((Action<ToolTerms>)(o => o.Estimate = Amount.RiskPoints(-1)), "Estimate"),
            new((Action<ToolTerms>)(o => o.Estimate = default(Amount)), "unit"),
            new((Action<ToolTerms>)(o => o.Kind = " "), "Kind"),
            new((Action<ToolTerms>)(o => o.Toolset = "e mail"), "Toolset"),
            new((Action<ToolTerms>)(o => o.WhenDenied = (DenialMode)7), "WhenDenied"),
        ];

    [Test]
    public async Task A_policy_is_read_when_the_tools_are_guarded()
    {
        Spends(1);
        var policy = new ToolPolicy();
        policy["find"].Estimate = Amount.RiskPoints(1);
        var tool = Tool("find").WithCycles(Cycles, policy);
        policy["find"].Estimate = Amount.RiskPoints(500);

        await tool.InvokeAsync();
    }
}
