using Cycles.Extensions.AI.Tests.Tools;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>A run tells calls apart by their arguments, and code passes others than a model does.</summary>
public sealed class ArgumentTests : ToolFixture
{
    private static IEnumerable<TestCaseData> Odd()
    {
        yield return new TestCaseData(double.NaN).SetArgDisplayNames("no number");
        yield return new TestCaseData(new Picky()).SetArgDisplayNames("a member that throws");
        yield return new TestCaseData(new Action(() => { })).SetArgDisplayNames("a delegate");
        yield return new TestCaseData((object)new object?[] { null, new Picky() }).SetArgDisplayNames("in a list");
    }

    [TestCaseSource(nameof(Odd))]
    public async Task A_denial_is_a_result_whatever_the_arguments_are(object what)
    {
        var tool = AIFunctionFactory.Create((object what) => Ran.Enqueue("f"), "f").WithCycles(Cycles, Costs(1_001));
        await using var run = Cycles.BeginRun("case", options => options.MaxSameCalls = 2);

        for (var i = 0; i < 2; i++)
        {
            Assert.That(await tool.InvokeAsync(new() { ["what"] = what }), Does.Contain("BUDGET_EXCEEDED"));
        }

        Assert.That(await tool.InvokeAsync(new() { ["what"] = what }), Does.Contain("REPEATED"), "it is the same call");
        Assert.That(Ran, Is.Empty);
    }

    [Test]
    public async Task What_can_be_read_once_is_there_for_the_tool()
    {
        Spends(10);
        var sum = AIFunctionFactory.Create((IEnumerable<int> of) => of.Sum(), "sum").WithCycles(Cycles, Costs(5));
        await using var run = Cycles.BeginRun("case", options => options.MaxSameCalls = 1);

        for (var i = 0; i < 2; i++)
        {
            var queue = new Queue<int>([1, 2, 3]);
            Assert.That((await sum.InvokeAsync(new() { ["of"] = Drain(queue) }))?.ToString(), Is.EqualTo("6"));
        }
    }

    private static IEnumerable<int> Drain(Queue<int> queue)
    {
        while (queue.TryDequeue(out var next))
        {
            yield return next;
        }
    }
}
