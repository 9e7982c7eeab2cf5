using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>The guard among the other layers of a pipeline.</summary>
public sealed class PipelineTests : ChatFixture
{
    [Test]
    public async Task Client_clock_and_log_come_from_the_container()
    {
        Spends(300);
        await using var services = new ServiceCollection()
            .AddSingleton(Cycles)
            .AddSingleton(Loggers)
            .AddSingleton<TimeProvider>(Clock)
            .BuildServiceProvider();
        Model.Reply = _ =>
        {
            Clock.Advance(TimeSpan.FromMilliseconds(5));
            return Reply(1, 1);
        };
        using var app = new ChatClientBuilder(Model)
            .UseFunctionInvocation()
            .UseCycles(configure: options => options.Prices.Add("m", 1, 2))
            .Build(services);

        await app.GetResponseAsync(Ask());
        await Assert.CatchAsync<BudgetDeniedException>(async () =>
            await app.GetResponseAsync(Ask(), new ChatOptions { ModelId = "other" })
        );

        Assert.That(Commit.Metrics!.LatencyMs, Is.EqualTo(5));
        Assert.That(LogIds, Has.Some.EqualTo(205));
    }

    [Test]
    public void A_container_without_a_client_is_told_so() =>
        Assert.That(
            () => new ChatClientBuilder(Model).UseCycles().Build(),
            Throws.InvalidOperationException.With.Message.Contains(nameof(CyclesClient))
        );

    [TestCase(false)]
    [TestCase(true)]
    public async Task Each_turn_of_a_tool_loop_has_a_hold_of_its_own(bool streaming)
    {
        Spends((10 + 20) * 100 + (1 + 2) * 200);
        Model.Reply = Turn;
        Model.Updates = call => Turn(call).ToChatResponseUpdates();
        using var loop = Loop();
        var options = new ChatOptions { Tools = [Tool("find")] };

        var response = streaming
            ? await loop.GetStreamingResponseAsync(Ask(), options).ToChatResponseAsync()
            : await loop.GetResponseAsync(Ask(), options);

        Assert.Multiple(() =>
        {
            Assert.That(
                response.Usage!.InputTokenCount,
                Is.EqualTo(30),
                "the loop adds up into the first turn's object"
            );
            Assert.That(
                Authority.Requests.OfType<CommitRequest>().Select(commit => commit.Metrics!.TokensInput),
                Is.EqualTo([10, 20])
            );
            Assert.That(Authority.Creates.Select(create => create.IdempotencyKey), Is.Unique);
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_turn_that_is_denied_ends_the_loop(bool streaming)
    {
        Spends(10 * 100 + 200);
        Model.Reply = Turn;
        Model.Updates = call => Turn(call).ToChatResponseUpdates();
        using var loop = Loop();
        var freeze = AIFunctionFactory.Create(
            () => Ledger.Administer("acme").Freeze("tenant:acme", Budget.Unit).Scope,
            "find"
        );
        var options = new ChatOptions { Tools = [freeze] };

        await Assert.CatchAsync<BudgetDeniedException>(async () =>
        {
            _ = streaming
                ? await loop.GetStreamingResponseAsync(Ask(), options).ToChatResponseAsync()
                : await loop.GetResponseAsync(Ask(), options);
        });

        Assert.That(Model.Calls, Is.EqualTo(1));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_cache_hit_is_free(bool streaming)
    {
        Spends(300);
        Model.Updates = call => Model.Reply(call).ToChatResponseUpdates();
        using var app = new ChatClientBuilder(Model)
            .UseDistributedCache(NewCache())
            .UseCycles(Cycles, options => Configure(options, null))
            .Build();

        await AskAsync(app, streaming);
        var second = await AskAsync(app, streaming);

        Assert.That(second.Text, Does.Contain("answer"));
        Assert.That(Model.Calls, Is.EqualTo(1));
        Assert.That(Authority.Creates, Has.Count.EqualTo(1));
        Assert.That(LogIds, Has.None.EqualTo(211));
    }

    [Test]
    public async Task A_cache_hit_in_a_tool_loop_is_free()
    {
        Spends((10 + 20) * 100 + (1 + 2) * 200);
        Model.Reply = Turn;
        using var app = new ChatClientBuilder(Model)
            .UseFunctionInvocation()
            .UseDistributedCache(NewCache())
            .UseCycles(Cycles, options => Configure(options, null))
            .Build();
        var options = new ChatOptions { Tools = [Tool("find")] };

        await app.GetResponseAsync(Ask(), options);
        var again = await app.GetResponseAsync(Ask(), options);

        Assert.That(again.Text, Does.Contain("answer"));
        Assert.That((Model.Calls, Authority.Creates.Count), Is.EqualTo((2, 2)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_guard_outside_a_cache_is_reported_because_hits_are_charged(bool streaming)
    {
        Spends(600);
        Model.Updates = call => Model.Reply(call).ToChatResponseUpdates();
        using var app = new ChatClientBuilder(Model)
            .UseCycles(Cycles, options => Configure(options, null))
            .UseDistributedCache(NewCache())
            .Build();
        Assert.That(LogIds, Is.EqualTo([211]));

        await AskAsync(app, streaming);
        await AskAsync(app, streaming);

        Assert.That(Model.Calls, Is.EqualTo(1));
        Assert.That(Authority.Creates, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_fallback_with_a_loop_or_a_cache_of_its_own_is_reported_too()
    {
        using var fallback = new ChatClientBuilder(Model)
            .UseFunctionInvocation()
            .UseDistributedCache(NewCache())
            .Build();

        using var guard = Guard(options => options.Fallbacks.Add(new FallbackModel("m", fallback)));

        Assert.That(LogIds, Is.EqualTo([204, 211]));
    }

    [Test]
    public async Task A_second_guard_in_a_pipeline_is_reported_and_charges_nothing()
    {
        Spends(600);
        Model.Updates = _ => [Usage(1, 1)];
        using var app = new ChatClientBuilder(Guard())
            .UseCycles(Cycles, options => Configure(options, null))
            .UseFunctionInvocation()
            .Build();

        await app.GetResponseAsync(Ask());
        await app.GetStreamingResponseAsync(Ask()).ToListAsync();

        Assert.That(Authority.Creates, Has.Count.EqualTo(2));
        Assert.That(LogIds, Has.Some.EqualTo(203).And.None.EqualTo(204));
    }

    [Test]
    public void A_guard_outside_the_tool_loop_is_reported()
    {
        using var right = Loop();
        Assert.That(LogIds, Is.Empty);

        using var wrong = new ChatClientBuilder(Model)
            .UseCycles(Cycles, options => Configure(options, null))
            .UseFunctionInvocation()
            .Build();
        Assert.That(LogIds, Is.EqualTo([204]));
    }

    [Test]
    public void The_guard_lets_others_ask_for_what_is_below_it()
    {
        using var guard = Guard();

        Assert.That(guard.GetService<ChatClientMetadata>()!.DefaultModelId, Is.EqualTo("m"));
        Assert.That(guard.GetService<CyclesChatClient>(), Is.SameAs(guard));
        Assert.That(guard.GetService<FakeModel>(), Is.SameAs(Model));
    }

    private static MemoryDistributedCache NewCache() => new(Options.Create(new MemoryDistributedCacheOptions()));

    private static async Task<ChatResponse> AskAsync(IChatClient app, bool streaming) =>
        streaming
            ? await app.GetStreamingResponseAsync(Ask()).ToChatResponseAsync()
            : await app.GetResponseAsync(Ask());

    private IChatClient Loop() =>
        new ChatClientBuilder(Model)
            .UseFunctionInvocation()
            .UseCycles(Cycles, options => Configure(options, null))
            .Build();

    private static ChatResponse Turn(int call)
    {
        var turn =
            call > 0
                ? Reply(20, 2)
                : new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "find")]))
                {
                    Usage = new() { InputTokenCount = 10, OutputTokenCount = 1 },
                };
        turn.FinishReason = call > 0 ? ChatFinishReason.Stop : ChatFinishReason.ToolCalls;
        return turn;
    }
}
