using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel.Tests.Functions;

/// <summary>Filters run in the order in which they were registered, the first one outermost.</summary>
public sealed class FilterOrderTests : KernelFixture
{
    [Test]
    public async Task A_filter_outside_that_answers_by_itself_costs_nothing()
    {
        var kernel = WithForeign(isOutside: true, (context, _) => Answer(context, "cached"));

        var result = await kernel.InvokeAsync("Crm", "find", Secret);

        Assert.That(result.GetValue<string>(), Is.EqualTo("cached"));
        Assert.That(Authority.Requests, Is.Empty);
    }

    [Test]
    public async Task A_filter_inside_that_answers_by_itself_is_paid_for()
    {
        Spends(10);
        var kernel = WithForeign(isOutside: false, (context, _) => Answer(context, "cached"));

        Assert.That((await kernel.InvokeAsync("Crm", "find", Secret)).GetValue<string>(), Is.EqualTo("cached"));
    }

    [TestCase(true, 20)]
    [TestCase(false, 10)]
    public async Task A_filter_that_repeats_pays_for_each_time_outside_and_once_inside(bool isOutside, int spent)
    {
        Spends(spent);
        var kernel = WithForeign(
            isOutside,
            async (context, next) =>
            {
                await next(context);
                await next(context);
            }
        );

        await kernel.InvokeAsync("Crm", "find", Secret);

        Assert.That(Crm.Ran, Has.Count.EqualTo(2));
        Assert.That(Authority.Keys, Is.Unique);
    }

    [Test]
    public async Task A_filter_outside_sees_the_denial_as_the_result_and_one_inside_is_not_called()
    {
        string? seen = null;
        var isInsideCalled = false;
        var builder = Builder();
        builder.Services.AddSingleton<IFunctionInvocationFilter>(
            new ForeignFilter(
                async (context, next) =>
                {
                    await next(context);
                    seen = context.Result.GetValue<string>();
                }
            )
        );
        builder.AddCycles(options => options.Tools["Crm.find"].Estimate = Amount.RiskPoints(1_001), Cycles);
        builder.Services.AddSingleton<IFunctionInvocationFilter>(
            new ForeignFilter((_, _) => Task.FromResult(isInsideCalled = true))
        );

        await builder.Build().InvokeAsync("Crm", "find", Secret);

        Assert.That(seen, Does.Contain("was denied"));
        Assert.That(isInsideCalled, Is.False);
    }

    private static Task Answer(FunctionInvocationContext context, string value)
    {
        context.Result = new FunctionResult(context.Result, value);
        return Task.CompletedTask;
    }
}
