using Cycles.Extensions.AI;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel.Tests.Functions;

/// <summary>A function that is called as a whole, and whose result is a stream.</summary>
public sealed class StreamResultTests : KernelFixture
{
    private static readonly string[] Words = [$"{Canary}-0", $"{Canary}-1", $"{Canary}-2"];

    [TestCase("words")]
    [TestCase("opened")]
    public async Task It_is_settled_when_it_was_read_and_not_before(string function)
    {
        Spends(10);

        var stream = (await CallAsync(Governed(), function)).GetValue<IAsyncEnumerable<string>>()!;

        Assert.That(Authority.Requests, Has.Count.EqualTo(1));
        Assert.That(await stream.ToListAsync(), Is.EqualTo(Words));
        Assert.That(Authority.Requests.OfType<CommitRequest>().Count(), Is.EqualTo(1));
    }

    [TestCase("words")]
    [TestCase("rows")]
    public async Task Its_enumerator_which_Semantic_Kernel_hands_out_is_settled_too(string function)
    {
        Spends(10);

        await using var items = (await CallAsync(Governed(), function)).GetValue<IAsyncEnumerator<string>>()!;

        Assert.That(Authority.Requests, Has.Count.EqualTo(1));
        var read = new List<string>();
        while (await items.MoveNextAsync())
        {
            read.Add(items.Current);
        }

        Assert.That(read, Is.EqualTo(Words));
    }

    [Test]
    public async Task Its_contents_are_settled_when_they_were_read()
    {
        Spends(10);

        var stream = (await CallAsync(Governed(), "contents")).GetValue<IAsyncEnumerable<StreamingKernelContent>>()!;

        Assert.That(await stream.Select(item => item.ToString()).ToListAsync(), Is.EqualTo(Words));
    }

    [Test]
    public async Task It_costs_what_was_held_when_its_reader_leaves()
    {
        Spends(10);

        await foreach (var _ in (await CallAsync(Governed(), "words")).GetValue<IAsyncEnumerable<string>>()!)
        {
            break;
        }
    }

    [Test]
    public async Task It_gives_its_hold_back_when_it_breaks()
    {
        var stream = (await CallAsync(Governed(), "breaking")).GetValue<IAsyncEnumerable<string>>()!;

        Assert.That(async () => await stream.ToListAsync(), Throws.InvalidOperationException);
    }

    [TestCase("words")]
    [TestCase("rows")]
    public async Task It_gives_its_hold_back_when_its_enumerator_is_disposed_unread(string function)
    {
        var items = (await CallAsync(Governed(), function)).GetValue<IAsyncEnumerator<string>>()!;

        await items.DisposeAsync();

        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Count(), Is.EqualTo(1));
        Assert.That(Crm.Disposed, Is.EqualTo(function == "rows" ? 1 : 0));
    }

    [Test]
    public async Task It_costs_what_was_held_when_its_enumerator_is_disposed_unread_and_it_may_have_acted()
    {
        Spends(10);
        var kernel = Governed(options => options.Tools["Crm.words"].HasSideEffects = true);

        await (await CallAsync(kernel, "words")).GetValue<IAsyncEnumerator<string>>()!.DisposeAsync();
    }

    [Test]
    public async Task It_holds_anew_when_it_is_read_after_its_enumerator_was_disposed()
    {
        Spends(10);
        var result = await CallAsync(Governed(), "words");

        await result.GetValue<IAsyncEnumerator<string>>()!.DisposeAsync();

        Assert.That(await result.GetValue<IAsyncEnumerable<string>>()!.ToListAsync(), Is.EqualTo(Words));
        Assert.That(Authority.Creates, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task It_pays_for_each_time_that_it_is_read()
    {
        Spends(20);
        var stream = (await CallAsync(Governed(), "opened")).GetValue<IAsyncEnumerable<string>>()!;

        for (var i = 0; i < 2; i++)
        {
            Assert.That(await stream.ToListAsync(), Is.EqualTo(Words));
        }
    }

    [TestCase("words")]
    [TestCase("opened")]
    public async Task Denied_it_is_the_denial_as_a_stream_and_as_text_and_its_body_does_not_begin(string function)
    {
        var result = await CallAsync(Denying(function), function);

        var read = await result.GetValue<IAsyncEnumerable<string>>()!.ToListAsync();
        Assert.That(read.Single(), Does.Contain($"'Crm.{function}' was denied"));
        Assert.That(result.ToString(), Is.EqualTo(read.Single()));
        Assert.That(Crm.Ran, Is.Empty);
    }

    [Test]
    public async Task Denied_without_room_for_words_it_is_the_text()
    {
        var result = await CallAsync(Denying("numbers"), "numbers");

        Assert.That(result.GetValue<string>(), Does.Contain("'Crm.numbers' was denied"));
    }

    [Test]
    public void Denied_it_is_an_exception_where_that_is_asked_for() =>
        Assert.That(
            async () => await CallAsync(Denying("opened", DenialMode.Throw), "opened"),
            Throws.TypeOf<BudgetDeniedException>()
        );

    private Kernel Denying(string function, DenialMode mode = DenialMode.Skip) =>
        Governed(options =>
        {
            options.Tools[$"Crm.{function}"].Estimate = Amount.RiskPoints(1_001);
            options.Tools[$"Crm.{function}"].WhenDenied = mode;
        });

    private static Task<FunctionResult> CallAsync(Kernel kernel, string function) =>
        kernel.InvokeAsync("Crm", function, Secret);
}
