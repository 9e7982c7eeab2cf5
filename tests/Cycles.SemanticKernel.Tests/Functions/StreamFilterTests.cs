using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel.Tests.Functions;

/// <summary>Filters of others around a function that streams, whose body begins when somebody reads.</summary>
public sealed class StreamFilterTests : KernelFixture
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_stream_that_a_filter_outside_does_not_read_holds_nothing(bool keepsIt)
    {
        var kernel = WithForeign(
            isOutside: true,
            async (context, next) =>
            {
                await next(context);
                var ours = keepsIt ? StreamOf(context) : null;
                Answer(context, Cached(ours));
            }
        );

        Assert.That(await ReadAsync(kernel), Is.EqualTo(["cached"]));
        Assert.That(Crm.Ran, Is.Empty);
        Assert.That(Authority.Requests, Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_stream_that_a_filter_wraps_is_settled_at_its_end(bool isOutside)
    {
        Spends(10);
        var kernel = WithForeign(
            isOutside,
            async (context, next) =>
            {
                await next(context);
                Answer(context, StreamOf(context).Select(item => $"<{item}>"));
            }
        );

        Assert.That(await ReadAsync(kernel), Is.EqualTo([$"<{Canary}-0>", $"<{Canary}-1>", $"<{Canary}-2>"]));
        Assert.That(Reserved, Is.EqualTo(["Crm.words"]));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_stream_that_a_filter_wraps_and_its_reader_leaves_costs_what_was_held(bool isOutside)
    {
        Spends(10);
        var kernel = WithForeign(
            isOutside,
            async (context, next) =>
            {
                await next(context);
                Answer(context, StreamOf(context).Select(item => item));
            }
        );

        await foreach (var _ in kernel.InvokeStreamingAsync<string>("Crm", "words", Secret))
        {
            break;
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_stream_that_breaks_within_a_filter_gives_its_hold_back(bool isOutside)
    {
        var kernel = WithForeign(
            isOutside,
            async (context, next) =>
            {
                await next(context);
                Answer(context, StreamOf(context).Select(item => item));
            }
        );

        Assert.That(async () => await ReadAsync(kernel, "breaking"), Throws.InvalidOperationException);
        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_filter_inside_that_answers_by_itself_is_paid_for()
    {
        Spends(10);
        var held = 0;
        var kernel = WithForeign(
            isOutside: false,
            (context, _) =>
            {
                held = Authority.Creates.Count;
                Answer(context, Cached(null));
                return Task.CompletedTask;
            }
        );

        Assert.That(await ReadAsync(kernel), Is.EqualTo(["cached"]));
        Assert.That(held, Is.EqualTo(1), "before it acts");
    }

    [Test]
    public async Task A_filter_inside_that_reads_the_stream_finds_it_held_for()
    {
        Spends(10);
        var held = 0;
        var kernel = WithForeign(
            isOutside: false,
            async (context, next) =>
            {
                await next(context);
                held = Authority.Creates.Count;
                var read = await StreamOf(context).ToListAsync();
                Answer(context, read.ToAsyncEnumerable());
            }
        );

        Assert.That(await ReadAsync(kernel), Has.Count.EqualTo(3));
        Assert.That(held, Is.EqualTo(1), "before the body began");
    }

    [Test]
    public void A_filter_inside_that_throws_gives_the_hold_back()
    {
        var kernel = WithForeign(isOutside: false, (_, _) => Task.FromException(new InvalidOperationException(Canary)));

        Assert.That(async () => await ReadAsync(kernel), Throws.InvalidOperationException);
        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_denied_stream_is_the_denial_for_a_filter_outside_and_one_inside_is_not_called()
    {
        var isCalled = false;
        var outside = WithForeign(
            isOutside: true,
            async (context, next) =>
            {
                await next(context);
                Answer(context, StreamOf(context).Select(item => $"<{item}>"));
            },
            Deny
        );
        var inside = WithForeign(isOutside: false, (_, _) => Task.FromResult(isCalled = true), Deny);

        Assert.That((await ReadAsync(outside)).Single(), Does.StartWith("<The tool 'Crm.words' was denied"));
        Assert.That((await ReadAsync(inside)).Single(), Does.Contain("'Crm.words' was denied"));
        Assert.That(isCalled, Is.False);
        Assert.That(Crm.Ran, Is.Empty);
    }

    /// <summary>What a function is that does not stream, and is read as a stream of the one object that it returns.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public void A_denied_stream_of_objects_throws_the_denial(bool isOutside)
    {
        var kernel = WithForeign(
            isOutside,
            (context, next) => next(context),
            options => options.Tools["Crm.customer"].Estimate = Amount.RiskPoints(1_001)
        );

        Assert.That(
            async () => await kernel.InvokeStreamingAsync<CrmPlugin.Customer>("Crm", "customer", Secret).ToListAsync(),
            Throws.TypeOf<BudgetDeniedException>()
        );
        Assert.That(Crm.Ran, Is.Empty);
    }

    [Test]
    public async Task A_stream_of_objects_is_settled_behind_a_filter()
    {
        Spends(10);
        var kernel = WithForeign(isOutside: false, (context, next) => next(context));

        var items = await kernel.InvokeStreamingAsync<CrmPlugin.Customer>("Crm", "customer", Secret).ToListAsync();

        Assert.That(items.Single().Name, Is.EqualTo(Canary));
    }

    private static void Deny(CyclesKernelOptions options) =>
        options.Tools["Crm.words"].Estimate = Amount.RiskPoints(1_001);

    private static ValueTask<List<string>> ReadAsync(Kernel kernel, string function = "words") =>
        kernel.InvokeStreamingAsync<string>("Crm", function, Secret).ToListAsync();

    private static IAsyncEnumerable<string> StreamOf(FunctionInvocationContext context) =>
        context.Result.GetValue<IAsyncEnumerable<string>>()!;

    private static void Answer(FunctionInvocationContext context, IAsyncEnumerable<string> stream) =>
        context.Result = new FunctionResult(context.Result, stream);

    /// <summary>Answers without what it stands in front of.</summary>
    private static async IAsyncEnumerable<string> Cached(IAsyncEnumerable<string>? _)
    {
        await Task.Yield();
        yield return "cached";
    }
}
