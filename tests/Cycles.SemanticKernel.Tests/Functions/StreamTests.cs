using Cycles.Extensions.AI;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel.Tests.Functions;

public sealed class StreamTests : KernelFixture
{
    [Test]
    public async Task A_stream_of_text_is_settled_at_its_end_and_not_before()
    {
        Spends(10);
        var items = Stream<string>("words").GetAsyncEnumerator();

        Assert.That(await items.MoveNextAsync(), Is.True);
        Assert.That(items.Current, Is.EqualTo($"{Canary}-0"));
        Assert.That(await HeldAsync(), Is.EqualTo(Amount.RiskPoints(10)), "while it is read");
        Assert.That(Authority.Requests.OfType<CommitRequest>(), Is.Empty);
        while (await items.MoveNextAsync()) { }

        Assert.That(Authority.Requests.OfType<CommitRequest>().Count(), Is.EqualTo(1), "before it is disposed");
        await items.DisposeAsync();
    }

    [Test]
    public async Task A_stream_of_contents_is_settled_at_its_end()
    {
        Spends(10);

        var items = await Stream<StreamingKernelContent>("contents").ToListAsync();

        Assert.That(items.Select(item => item.ToString()), Is.EqualTo([$"{Canary}-0", $"{Canary}-1", $"{Canary}-2"]));
        Assert.That(Reserved, Is.EqualTo(["Crm.contents"]));
    }

    [Test]
    public async Task A_function_that_does_not_stream_is_settled_as_a_stream_of_one()
    {
        Spends(10);

        var items = await Stream<StreamingKernelContent>("find").ToListAsync();

        Assert.That(items.Single().ToString(), Is.EqualTo($"found {Canary}"));
    }

    [Test]
    public async Task A_stream_of_anything_else_keeps_its_items_type()
    {
        Spends(10);

        Assert.That(await Stream<int>("numbers").ToListAsync(), Is.EqualTo([Canary.Length]));
    }

    [TestCase("words")]
    [TestCase("contents")]
    public async Task A_stream_that_is_left_early_costs_what_was_held(string function)
    {
        Spends(10);

        if (function == "words")
        {
            await foreach (var _ in Stream<string>(function))
            {
                break;
            }
        }
        else
        {
            await foreach (var _ in Stream<StreamingKernelContent>(function))
            {
                break;
            }
        }
    }

    [TestCase("breaking", false, 0)]
    [TestCase("breaking", true, 10)]
    [TestCase("breaking_contents", false, 0)]
    [TestCase("breaking_contents", true, 10)]
    public void A_stream_that_breaks_gives_its_hold_back_unless_it_may_have_acted(
        string function,
        bool hasSideEffects,
        int spent
    )
    {
        Spends(spent);
        var kernel = Governed(options => options.Tools[$"Crm.{function}"].HasSideEffects = hasSideEffects);

        Assert.That(
            async () =>
                function == "breaking"
                    ? (object)await kernel.InvokeStreamingAsync<string>("Crm", function, Secret).ToListAsync()
                    : await kernel.InvokeStreamingAsync<StreamingKernelContent>("Crm", function, Secret).ToListAsync(),
            Throws.InvalidOperationException.With.Message.Contains(Canary)
        );
        Assert.That(Crm.Ran, Is.EqualTo([function]));
    }

    [Test]
    public async Task A_stream_that_nobody_reads_holds_nothing()
    {
        await using (Stream<string>("words").GetAsyncEnumerator()) { }

        Assert.That(Authority.Requests, Is.Empty);
    }

    [Test]
    public async Task A_stream_that_is_cancelled_gives_its_hold_back()
    {
        using var stop = new CancellationTokenSource();
        var kernel = Governed();

        await Assert.ThatAsync(
            async () =>
            {
                await foreach (var _ in kernel.InvokeStreamingAsync<string>("Crm", "words", Secret, stop.Token))
                {
                    await stop.CancelAsync();
                }
            },
            Throws.InstanceOf<OperationCanceledException>()
        );

        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_denied_stream_of_text_is_the_denial_and_its_body_does_not_begin()
    {
        var kernel = Denying("Crm.words");

        var items = await kernel.InvokeStreamingAsync<string>("Crm", "words", Secret).ToListAsync();

        Assert.That(items.Single(), Does.Contain("'Crm.words' was denied"));
        Assert.That(Crm.Ran, Is.Empty);
    }

    [Test]
    public async Task A_denied_stream_of_contents_is_the_denial_and_its_body_does_not_begin()
    {
        var kernel = Denying("Crm.contents");

        var items = await kernel.InvokeStreamingAsync("Crm", "contents", Secret).ToListAsync();

        Assert.That(items.Single().ToString(), Does.Contain("'Crm.contents' was denied"));
        Assert.That(Crm.Ran, Is.Empty);
    }

    [TestCase(DenialMode.Skip)]
    [TestCase(DenialMode.Throw)]
    public void A_denied_stream_without_room_for_words_throws(DenialMode mode)
    {
        var kernel = Denying("Crm.numbers", mode);

        Assert.That(
            async () => await kernel.InvokeStreamingAsync<int>("Crm", "numbers", Secret).ToListAsync(),
            Throws.TypeOf<BudgetDeniedException>()
        );
        Assert.That(Crm.Ran, Is.Empty);
    }

    [Test]
    public void A_denied_stream_throws_where_that_is_asked_for()
    {
        var kernel = Denying("Crm.words", DenialMode.Throw);

        Assert.That(
            async () => await kernel.InvokeStreamingAsync<string>("Crm", "words", Secret).ToListAsync(),
            Throws.TypeOf<BudgetDeniedException>()
        );
    }

    private Kernel Denying(string function, DenialMode mode = DenialMode.Skip) =>
        Governed(options =>
        {
            options.Tools[function].Estimate = Amount.RiskPoints(1_001);
            options.Tools[function].WhenDenied = mode;
        });

    private IAsyncEnumerable<T> Stream<T>(string function) =>
        Governed().InvokeStreamingAsync<T>("Crm", function, Secret);

    private async Task<Amount> HeldAsync() =>
        (await Cycles.GetBalancesAsync().SingleAsync(found => found.Remaining.Unit == AmountUnit.RiskPoints))
            .Reserved!
            .Value;
}
