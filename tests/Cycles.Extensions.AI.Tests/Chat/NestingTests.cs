using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>A guarded model behind a router that cannot be looked into and has a guard of its own.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class NestingTests(bool streaming) : ChatFixture
{
    /// <summary>One token in and one out.</summary>
    private const long Cost = 300;

    [SetUp]
    public void MakeModel()
    {
        Model.Reply = _ => Reply(1, 1, "m");
        Model.Updates = _ => [new ChatResponseUpdate { ModelId = "m" }, Usage(1, 1)];
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_call_that_a_router_hands_on_is_charged_once_and_told_of_once(bool isLazy)
    {
        Spends(2 * Cost);
        using var app = Guard(new Router(Guard()) { IsLazy = isLazy });

        await AskAsync(app, Ask());
        await AskAsync(app, Ask());

        Assert.That(Model.Calls, Is.EqualTo(2));
        Assert.That(Authority.Creates, Has.Count.EqualTo(2));
        Assert.That(LogIds, Is.EqualTo([203]));
    }

    [Test]
    public async Task The_outer_guard_has_it_and_charges_the_price_of_the_model_that_answered()
    {
        Spends(Cost);
        using var app = Guard(
            new Router(Guard()) { ModelId = "router" },
            options => options.Prices.Add("router", 100, 100)
        );

        await AskAsync(app, Ask());

        Assert.That(Create.Action.Name, Is.EqualTo("router"));
    }

    [Test]
    public async Task A_guard_that_only_watches_lets_a_real_one_inside_hold_and_charge()
    {
        Spends(Cost);
        var report = new ShadowReport();
        using var app = Guard(new Router(Guard()), options => options.Shadow = report);

        await AskAsync(app, Ask());

        Assert.That(Authority.Creates.Select(create => create.DryRun == true), Is.EqualTo([true, false]));
    }

    [Test]
    public async Task A_call_is_charged_once_where_the_middle_one_of_three_guards_only_watches()
    {
        Spends(Cost);
        using var app = Guard(Guard(Guard(), options => options.Shadow = new ShadowReport()));

        await AskAsync(app, Ask());

        Assert.That(Authority.Creates.Select(create => create.DryRun == true), Is.EqualTo([false]));
        Assert.That(Model.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_call_is_charged_though_the_guard_further_down_only_watches()
    {
        Spends(Cost);
        using var app = Guard(Guard(options => options.Shadow = new ShadowReport()));

        await AskAsync(app, Ask());

        Assert.That(Authority.Creates.Select(create => create.DryRun == true), Is.EqualTo([false]));
    }

    [Test]
    public async Task A_poll_keeps_to_the_caps_and_the_model_of_a_real_guard_inside_one_that_only_watches()
    {
        Cap(new Caps { ToolDenylist = ["m", "free"] });
        using var other = new FakeModel();
        var token = ResponseContinuationToken.FromBytes(new byte[] { 1 });
        var free = new FunctionCallContent("1", "free");
        other.Reply = call =>
            call switch
            {
                0 => new ChatResponse { ContinuationToken = token },
                1 => new ChatResponse(new ChatMessage(ChatRole.Assistant, [free])),
                _ => Reply(1, 1),
            };
        other.Updates = call =>
            call switch
            {
                0 => [new ChatResponseUpdate { ContinuationToken = token }],
                1 => [new ChatResponseUpdate(ChatRole.Assistant, [free])],
                _ => [Usage(1, 1)],
            };
        using var inner = Guard(options =>
        {
            options.Prices.Add("other", 1, 2);
            options.Fallbacks.Add(new("other", other));
        });
        using var app = Guard(new Router(inner), options => options.Shadow = new ShadowReport());
        var hasRun = false;
        var tool = AIFunctionFactory
            .Create(() => hasRun = true, "free")
            .WithCycles(Cycles, terms => terms.Estimate = Amount.RiskPoints(0));
        using var loop = app.AsBuilder().UseFunctionInvocation().Build();

        await AskAsync(app, Ask());
        var options = new ChatOptions { ContinuationToken = token, Tools = [tool] };
        _ = streaming
            ? await loop.GetStreamingResponseAsync([], options).ToChatResponseAsync()
            : await loop.GetResponseAsync([], options);

        Assert.That(Model.Calls, Is.Zero);
        Assert.That(hasRun, Is.False);
        Spends(Authority.Requests.OfType<CommitRequest>().Sum(commit => commit.Actual.Value));
    }

    [Test]
    public async Task A_call_that_two_guards_only_watch_is_evaluated_once()
    {
        var report = new ShadowReport();
        using var app = Guard(
            new Router(Guard(options => options.Shadow = report)),
            options => options.Shadow = report
        );

        await AskAsync(app, Ask());

        Assert.That(report.Evaluated, Is.EqualTo(1));
    }

    [Test]
    public async Task A_call_of_other_messages_on_the_way_is_charged_for_itself()
    {
        Spends(2 * Cost);
        using var inner = Guard();
        using var app = Guard(new Router(inner) { Before = () => AskAsync(inner, Ask()) });

        await AskAsync(app, Ask());

        Assert.That(Authority.Creates, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_call_of_the_same_messages_and_more_is_charged_for_itself()
    {
        Spends(2 * Cost);
        var messages = Ask();
        using var inner = Guard();
        using var app = Guard(
            new Router(inner)
            {
                Before = async () =>
                {
                    messages.Add(new(ChatRole.Assistant, Canary));
                    await AskAsync(inner, messages);
                    messages.RemoveAt(1);
                },
            }
        );

        await AskAsync(app, messages);

        Assert.That(Authority.Creates, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Calls_of_no_messages_are_each_charged_because_all_look_alike()
    {
        Spends(3 * Cost);
        using var inner = Guard();
        using var app = Guard(new Router(inner) { Before = () => AskAsync(inner, []) });

        await AskAsync(app, []);
    }

    [Test]
    public async Task A_call_of_the_same_messages_afterwards_is_charged_for_itself()
    {
        Spends(2 * Cost);
        var messages = Ask();
        using var inner = Guard();
        using var app = Guard(new Router(inner));

        await AskAsync(app, messages);
        await AskAsync(inner, messages);
    }

    private async Task AskAsync(IChatClient app, IList<ChatMessage> messages)
    {
        if (streaming)
        {
            await app.GetStreamingResponseAsync(messages).ToListAsync();
        }
        else
        {
            await app.GetResponseAsync(messages);
        }
    }
}
