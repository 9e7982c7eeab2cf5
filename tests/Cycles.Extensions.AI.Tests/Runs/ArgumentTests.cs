using System.Dynamic;
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

    private static readonly Func<IEnumerable<int>, object>[] Lazies =
    [
        numbers => numbers,
        numbers => new Parcel(numbers, null),
        numbers => new Parcel(null, numbers),
        numbers => new object[] { numbers },
        numbers => new Dictionary<string, object?> { ["a"] = numbers },
    ];

    [Test]
    public async Task What_can_be_read_once_is_there_for_the_tool(
        [ValueSource(nameof(Lazies))] Func<IEnumerable<int>, object> wrap
    )
    {
        Spends(10);
        var queue = new Queue<int>();
        var tool = AIFunctionFactory.Create((object of) => queue.Count, "count").WithCycles(Cycles, Costs(5));
        await using var run = Cycles.BeginRun("case", options => options.MaxSameCalls = 1);

        for (var i = 0; i < 2; i++)
        {
            queue = new Queue<int>([1, 2, 3]);
            var left = await tool.InvokeAsync(new() { ["of"] = wrap(Drain(queue)) });
            Assert.That(left?.ToString(), Is.EqualTo("3"), "another one is another call, and none is read");
        }
    }

    private static IEnumerable<TestCaseData> Same()
    {
        yield return Pair("lists", () => new List<int> { 1, 2 });
        yield return Pair("a list within", () => new Parcel(new List<int> { 1, 2 }, null));
        yield return Pair("sets", () => new HashSet<string> { "a", "b" });
        yield return Pair("a set of numbers", () => new Parcel(null, new HashSet<int> { 1, 2 }));
        yield return Pair("bags", () => new ExpandoObject());
        yield return Pair("texts", () => "a b");

        static TestCaseData Pair(string name, Func<object> make) =>
            new TestCaseData(make(), make()).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Same))]
    public async Task Equal_arguments_make_the_same_call(object first, object second)
    {
        Spends(5);
        var tool = AIFunctionFactory.Create((object what) => Ran.Enqueue("f"), "f").WithCycles(Cycles, Costs(5));
        await using var run = Cycles.BeginRun("case", options => options.MaxSameCalls = 1);

        await tool.InvokeAsync(new() { ["what"] = first });

        Assert.That(await tool.InvokeAsync(new() { ["what"] = second }), Does.Contain("REPEATED"));
    }

    [Test]
    public async Task Streams_are_different_calls()
    {
        Spends(10);
        var tool = AIFunctionFactory.Create((object what) => Ran.Enqueue("f"), "f").WithCycles(Cycles, Costs(5));
        await using var run = Cycles.BeginRun("case", options => options.MaxSameCalls = 1);

        await tool.InvokeAsync(new() { ["what"] = new MemoryStream([1]) });
        await tool.InvokeAsync(new() { ["what"] = new MemoryStream([2]) });

        Assert.That(Ran, Has.Count.EqualTo(2));
    }

    private sealed record Parcel(IEnumerable<int>? Numbers, object? Other);

    private static IEnumerable<int> Drain(Queue<int> queue)
    {
        while (queue.TryDequeue(out var next))
        {
            yield return next;
        }
    }
}
