using System.Text.Json;
using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel.Tests.Functions;

public sealed class InvocationTests : KernelFixture
{
    [TestCase("Crm.update_status")]
    [TestCase("Crm-update_status")]
    [TestCase("Crm_update_status")]
    [TestCase("Crm.*")]
    [TestCase("Crm-upd*")]
    public async Task A_function_costs_its_entry_in_any_spelling_under_its_one_name(string entry)
    {
        Spends(25);
        var kernel = Governed(options => options.Tools[entry].Estimate = Amount.RiskPoints(25));

        var result = await kernel.InvokeAsync("Crm", "update_status", Secret);

        Assert.That(result.GetValue<string>(), Is.EqualTo($"updated {Canary}"));
        Assert.That(Authority.Creates.Single().Action, Is.EqualTo(new CyclesAction("tool.call", "Crm.update_status")));
    }

    [Test]
    public async Task A_function_may_say_itself_what_it_costs()
    {
        Spends(7);

        await Governed().InvokeAsync("Crm", "priced", Secret);

        var create = Authority.Creates.Single();
        Assert.That(create.Action.Kind, Is.EqualTo("crm.write"));
        Assert.That(create.Subject.Toolset, Is.EqualTo("crm"));
        Assert.That(create.Estimate, Is.EqualTo(Amount.RiskPoints(7)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_plain_function_that_is_made_a_kernels_still_says_what_it_costs(bool byAttribute)
    {
        Spends(7);
        var plain = byAttribute
            ? AIFunctionFactory.Create(Breaking, "breaking")
            : AIFunctionFactory.Create(
                string () => throw new InvalidOperationException(Canary),
                new AIFunctionFactoryOptions
                {
                    Name = "breaking",
                    AdditionalProperties = new Dictionary<string, object?>
                    {
                        [CyclesCostAttribute.PropertyName] = new CyclesCostAttribute(7, AmountUnit.RiskPoints)
                        {
                            HasSideEffects = true,
                        },
                    },
                }
            );
        var kernel = Governed(build: builder => builder.Plugins.AddFromFunctions("Plain", [plain.AsKernelFunction()]));

        Assert.That(async () => await kernel.InvokeAsync("Plain", "breaking"), Throws.InvalidOperationException);
        Assert.That(Authority.Creates.Single().Estimate, Is.EqualTo(Amount.RiskPoints(7)));
    }

    [CyclesCost(7, AmountUnit.RiskPoints, HasSideEffects = true)]
    private static string Breaking() => throw new InvalidOperationException(Canary);

    /// <summary>An MCP tool that fails does not throw.</summary>
    [Test]
    public async Task A_result_that_says_that_an_mcp_tool_failed_gives_the_hold_back()
    {
        var failed = AIFunctionFactory.Create(
            () => JsonSerializer.SerializeToElement(new { isError = true, content = Array.Empty<object>() }),
            "failed"
        );
        var kernel = Governed(build: builder => builder.Plugins.AddFromFunctions("Mcp", [failed.AsKernelFunction()]));

        await kernel.InvokeAsync("Mcp", "failed");

        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_function_without_a_plugin_has_its_own_name()
    {
        Spends(10);
        var kernel = Governed();

        await kernel.InvokeAsync(KernelFunctionFactory.CreateFromMethod(() => "ok", "alone"));

        Assert.That(Reserved, Is.EqualTo(["alone"]));
    }

    [Test]
    public async Task A_zero_estimate_asks_nobody()
    {
        var kernel = Governed(options => options.Tools["Crm.find"].Estimate = Amount.RiskPoints(0));

        await kernel.InvokeAsync("Crm", "find", Secret);

        Assert.That(Crm.Ran, Is.EqualTo(["find"]));
        Assert.That(Authority.Requests, Is.Empty);
    }

    [Test]
    public async Task A_function_that_nothing_prices_is_listed_and_refused()
    {
        ToolPolicy policy = null!;
        var kernel = Builder().AddCycles(options => policy = options.Tools, Cycles).Build();

        var result = await kernel.InvokeAsync("Crm", "find", Secret);

        Assert.Multiple(() =>
        {
            Assert.That(
                result.GetValue<string>(),
                Does.Contain("'Crm.find' was denied").And.Contain("TOOL_UNCONFIGURED")
            );
            Assert.That(Crm.Ran, Is.Empty);
            Assert.That(policy.Unconfigured, Is.EqualTo(["Crm.find"]));
            Assert.That(Authority.Requests, Is.Empty);
        });
    }

    [Test]
    public async Task A_denied_function_does_not_run_and_says_so_in_words()
    {
        var kernel = Governed(options => options.Tools["Crm.find"].Estimate = Amount.RiskPoints(1_001));

        var result = await kernel.InvokeAsync("Crm", "find", Secret);

        Assert.That(result.GetValue<string>(), Does.Contain("BUDGET_EXCEEDED").And.Not.Contain("1000"));
        Assert.That(Crm.Ran, Is.Empty);
    }

    [Test]
    public void A_denial_is_an_exception_where_that_is_asked_for()
    {
        var kernel = Governed(options =>
        {
            options.Tools["Crm.find"].Estimate = Amount.RiskPoints(1_001);
            options.Tools["Crm.find"].WhenDenied = DenialMode.Throw;
        });

        Assert.That(
            async () => await kernel.InvokeAsync("Crm", "find", Secret),
            Throws.TypeOf<BudgetDeniedException>()
        );
        Assert.That(Crm.Ran, Is.Empty);
    }

    [TestCase(false, 0)]
    [TestCase(true, 10)]
    public void A_function_that_throws_gives_its_hold_back_unless_it_may_have_acted(bool hasSideEffects, int spent)
    {
        Spends(spent);
        var kernel = Governed(options => options.Tools["Crm.fail"].HasSideEffects = hasSideEffects);

        Assert.That(
            async () => await kernel.InvokeAsync("Crm", "fail", Secret),
            Throws.InvalidOperationException.With.Message.Contains(Canary)
        );
    }

    [Test]
    public void A_failure_to_ask_keeps_the_function_from_running()
    {
        Authority.RefusesReserves = new CyclesError
        {
            Status = 500,
            RawCode = "INTERNAL_ERROR",
            Message = "no",
        };
        var kernel = Governed();

        Assert.That(async () => await kernel.InvokeAsync("Crm", "find", Secret), Throws.InstanceOf<CyclesException>());
        Assert.That(Crm.Ran, Is.Empty);
    }

    [Test]
    public async Task Functions_that_run_side_by_side_each_have_a_hold()
    {
        Spends(40);
        var open = new TaskCompletionSource();
        Crm.Gate = open.Task;
        var kernel = Governed();

        var calls = Enumerable.Range(0, 4).Select(_ => kernel.InvokeAsync("Crm", "update_status", Secret)).ToList();
        while (Crm.Ran.Count < 4)
        {
            await Task.Yield();
        }

        var balance = await Cycles
            .GetBalancesAsync()
            .SingleAsync(found => found.Remaining.Unit == AmountUnit.RiskPoints);
        open.SetResult();
        await Task.WhenAll(calls);

        Assert.That(balance.Reserved, Is.EqualTo(Amount.RiskPoints(40)));
        Assert.That(Authority.Keys, Is.Unique);
    }

    [TestCase("find")]
    [TestCase("relay")]
    public async Task A_function_that_calls_another_one_pays_for_itself_alone(string to)
    {
        Spends(20);
        var arguments = Secret;
        arguments["to"] = to;

        await Governed().InvokeAsync("Crm", "relay", arguments);

        Assert.That(Reserved, Is.EqualTo(["Crm.relay", $"Crm.{to}"]));
    }

    [Test]
    public async Task A_function_that_asks_by_itself_is_not_asked_for_again()
    {
        Spends(3);
        var guarded = AIFunctionFactory
            .Create(() => "ok", "outside")
            .WithCycles(Cycles, terms => terms.Estimate = Amount.RiskPoints(3));

        await Governed().InvokeAsync(guarded.AsKernelFunction());

        Assert.That(Reserved, Is.EqualTo(["outside"]));
    }

    [Test]
    public async Task A_kernel_that_exists_is_governed_and_its_clones_with_it()
    {
        Spends(20);
        ToolPolicy policy = null!;
        var kernel = Builder()
            .Build()
            .AddCycles(
                Cycles,
                options =>
                {
                    Configure(options, null);
                    policy = options.Tools;
                }
            );

        await kernel.InvokeAsync("Crm", "find", Secret);
        await kernel.Clone().InvokeAsync("Crm", "find", Secret);

        Assert.That(policy.Unconfigured, Does.Contain("Crm.update_status").And.Not.Contain("Crm.priced"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void One_guard_stands_behind_both_kinds_of_filters(bool isBuilt)
    {
        var kernel = isBuilt ? Builder().Build().AddCycles(Cycles) : Builder().AddCycles(cycles: Cycles).Build();

        Assert.That(
            kernel.FunctionInvocationFilters.Single(),
            Is.SameAs(kernel.AutoFunctionInvocationFilters.Single())
        );
    }

    [Test]
    public void A_kernel_is_governed_once()
    {
        var builder = Builder().AddCycles(cycles: Cycles);

        Assert.That(() => builder.AddCycles(cycles: Cycles), Throws.InvalidOperationException);
        Assert.That(() => builder.Build().AddCycles(Cycles), Throws.InvalidOperationException);
    }
}
