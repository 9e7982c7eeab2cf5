using Cycles.Extensions.AI.Tests.Tools;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>Limits that come with a hold, on the options that the model sees.</summary>
public sealed class ChatCapsTests : ChatFixture
{
    private ChatOptions? Seen => Model.Options.Single();

    [SetUp]
    public void Each_call_costs_the_same() => Spends(300);

    [TestCase(null, 20L, 20)]
    [TestCase(10, 20L, 10)]
    [TestCase(30, 20L, 20)]
    [TestCase(30, null, 30)]
    [TestCase(-1, 20L, 20)]
    [TestCase(-1, null, -1)]
    [TestCase(null, 9_000_000_000L, int.MaxValue)]
    public async Task Output_is_bounded_by_the_lower_of_both(int? asked, long? cap, int expected)
    {
        Cap(new Caps { MaxTokens = cap, CooldownMs = 0 });

        await Guard().GetResponseAsync(Ask(), new ChatOptions { MaxOutputTokens = asked });

        Assert.That(Seen!.MaxOutputTokens, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_call_without_options_is_bounded_too()
    {
        Cap(new Caps { MaxTokens = 20 });
        Model.Updates = _ => [Usage(1, 1)];

        await Guard().GetStreamingResponseAsync(Ask()).ToListAsync();

        Assert.That(Seen!.MaxOutputTokens, Is.EqualTo(20));
    }

    [Test]
    public async Task No_tokens_left_is_a_denial_and_the_hold_goes_back()
    {
        Spends(0);
        Cap(new Caps { MaxTokens = 0 });
        var guard = Guard();

        var denied = await Assert.CatchAsync<BudgetDeniedException>(async () => await guard.GetResponseAsync(Ask()));
        await Assert.CatchAsync<BudgetDeniedException>(async () =>
            await guard.GetStreamingResponseAsync(Ask()).ToListAsync()
        );

        Assert.That(denied!.Denial.ReasonCode, Is.EqualTo(LocalReasons.NoTokensLeft));
        Assert.That(Model.Calls, Is.Zero);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_callers_options_stay_as_they_are_and_their_type_survives(bool streaming)
    {
        Model.Updates = _ => [Usage(1, 1)];
        Cap(new Caps { MaxTokens = 20, ToolDenylist = ["send"] });
        var options = new HouseOptions
        {
            House = "hq",
            MaxOutputTokens = 30,
            Tools = [Tool("find"), Tool("send")],
            ToolMode = ChatToolMode.RequireSpecific("send"),
        };

        _ = streaming
            ? await Guard().GetStreamingResponseAsync(Ask(), options).ToChatResponseAsync()
            : await Guard().GetResponseAsync(Ask(), options);

        Assert.Multiple(() =>
        {
            Assert.That(Seen, Is.Not.SameAs(options).And.TypeOf<HouseOptions>());
            Assert.That(((HouseOptions)Seen!).House, Is.EqualTo("hq"));
            Assert.That(options.MaxOutputTokens, Is.EqualTo(30));
            Assert.That(options.Tools, Has.Count.EqualTo(2));
            Assert.That(options.ToolMode, Is.EqualTo(ChatToolMode.RequireSpecific("send")));
        });
    }

    [TestCaseSource(nameof(Lists))]
    public async Task Tools_that_the_lists_exclude_are_hidden(Caps caps, string[] expected)
    {
        Cap(caps);

        await Guard().GetResponseAsync(Ask(), new ChatOptions { Tools = [Tool("find"), Tool("send"), Tool("Send")] });

        Assert.That(Seen!.Tools!.Select(tool => tool.Name), Is.EqualTo(expected));
    }

    [Test]
    public async Task The_lists_are_about_actions_whatever_a_tool_is_called_for_the_model()
    {
        Cap(new Caps { ToolDenylist = ["send", "note"] });
        var send = Tool("send").WithCycles(Cycles, terms => terms.Estimate = Amount.RiskPoints(1));
        var find = Tool("find").WithCycles(Cycles, terms => terms.Estimate = Amount.RiskPoints(1));

        await Guard()
            .GetResponseAsync(
                Ask(),
                new ChatOptions { Tools = [new Renamed(send, "mail"), new Renamed(find, "note")] }
            );

        Assert.That(Seen!.Tools!.Select(tool => tool.Name), Is.EqualTo(["note"]));
    }

    private static IEnumerable<object[]> Lists() =>
        [
            [new Caps { ToolAllowlist = ["send"] }, new[] { "send" }],
            [new Caps { ToolAllowlist = ["send"], ToolDenylist = ["send"] }, new[] { "send" }],
            [new Caps { ToolAllowlist = [], ToolDenylist = ["send"] }, new[] { "find", "Send" }],
            [new Caps { ToolAllowlist = [], ToolDenylist = [] }, new[] { "find", "send", "Send" }],
            [new Caps { MaxStepsRemaining = 1 }, new[] { "find", "send", "Send" }],
        ];

    [Test]
    public async Task Without_tools_left_no_mode_asks_for_one()
    {
        Cap(new Caps { ToolAllowlist = ["other"] });

        await Guard()
            .GetResponseAsync(
                Ask(),
                new ChatOptions
                {
                    Tools = [Tool("find")],
                    ToolMode = ChatToolMode.RequireAny,
                    AllowMultipleToolCalls = true,
                }
            );

        Assert.That(
            (Seen!.Tools, Seen.ToolMode, Seen.AllowMultipleToolCalls),
            Is.EqualTo(((object?)null, (object?)null, (bool?)null))
        );
    }

    [TestCaseSource(nameof(Modes))]
    public async Task A_mode_that_can_be_kept_is_kept(ChatToolMode? mode, ChatToolMode? expected)
    {
        Cap(new Caps { ToolDenylist = ["send"] });

        await Guard()
            .GetResponseAsync(Ask(), new ChatOptions { Tools = [Tool("find"), Tool("send")], ToolMode = mode });

        Assert.That(Seen!.ToolMode, Is.EqualTo(expected));
    }

    private static IEnumerable<object?[]> Modes() =>
        [
            [null, null],
            [ChatToolMode.Auto, ChatToolMode.Auto],
            [ChatToolMode.None, ChatToolMode.None],
            [ChatToolMode.RequireAny, ChatToolMode.RequireAny],
            [ChatToolMode.RequireSpecific("find"), ChatToolMode.RequireSpecific("find")],
            [ChatToolMode.RequireSpecific("send"), ChatToolMode.Auto],
        ];

    [Test]
    public async Task Without_a_step_left_the_model_can_only_answer()
    {
        Cap(new Caps { MaxStepsRemaining = 0 });

        await Guard().GetResponseAsync(Ask(), new ChatOptions { Tools = [Tool("find")] });

        Assert.That(Seen!.Tools, Is.Null);
    }

    [Test]
    public async Task A_hidden_tool_that_the_model_asks_for_all_the_same_does_not_run()
    {
        Spends(600);
        Cap(new Caps { ToolDenylist = ["send"] });
        var ran = false;
        var send = AIFunctionFactory
            .Create(() => ran = true, "send")
            .WithCycles(Cycles, terms => terms.Estimate = Amount.UsdMicrocents(0));
        Model.Reply = call =>
            call > 0
                ? Reply(1, 1)
                : new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "send")]))
                {
                    Usage = new() { InputTokenCount = 1, OutputTokenCount = 1 },
                };
        using var loop = Model
            .AsBuilder()
            .UseFunctionInvocation()
            .UseCycles(Cycles, options => Configure(options, null))
            .Build();

        var response = await loop.GetResponseAsync(Ask(), new ChatOptions { Tools = [send] });

        var result = response.Messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>().Single();
        Assert.That(ran, Is.False);
        Assert.That(result.Result?.ToString(), Does.Contain(LocalReasons.ToolNotAllowed.Value));
    }

    [Test]
    public async Task A_provider_that_does_not_keep_to_the_cap_is_reported()
    {
        Spends(100 + 21 * 200);
        Cap(new Caps { MaxTokens = 20 });
        Model.Reply = _ => Reply(1, 21);

        await Guard().GetResponseAsync(Ask(), new ChatOptions { RawRepresentationFactory = _ => new object() });

        Assert.That(LogIds, Has.Some.EqualTo(207));
    }

    private sealed class HouseOptions : ChatOptions
    {
        public HouseOptions() { }

        private HouseOptions(HouseOptions other)
            : base(other) => House = other.House;

        public string? House { get; init; }

        public override ChatOptions Clone() => new HouseOptions(this);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_free_tool_that_the_caps_exclude_does_not_run_when_a_poll_brings_the_call(bool streaming)
    {
        Cap(new Caps { ToolDenylist = ["free"] });
        var (first, second) = (Token(1), Token(2));
        Model.Reply = call =>
            call switch
            {
                0 => new ChatResponse { ContinuationToken = first },
                1 => new ChatResponse { ContinuationToken = second },
                2 => new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "free")])),
                _ => Reply(1, 1),
            };
        Model.Updates = call =>
            call switch
            {
                0 => [new ChatResponseUpdate { ContinuationToken = first }],
                1 => [new ChatResponseUpdate { ContinuationToken = second }],
                2 => [new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("1", "free")])],
                _ => [Usage(1, 1)],
            };
        var hasRun = false;
        using var loop = Guard().AsBuilder().UseFunctionInvocation().Build();

        await AskAsync(null);
        await AskAsync(first);
        await AskAsync(second);

        Spends(Authority.Creates[0].Estimate.Value + 300);
        Assert.That(hasRun, Is.False);
        Assert.That(Model.Calls, Is.EqualTo(4));

        async Task AskAsync(ResponseContinuationToken? token)
        {
            var options = new ChatOptions { ContinuationToken = token, Tools = [Free(() => hasRun = true)] };
            var messages = token is null ? Ask() : [];
            _ = streaming
                ? await loop.GetStreamingResponseAsync(messages, options).ToChatResponseAsync()
                : await loop.GetResponseAsync(messages, options);
        }

        static ResponseContinuationToken Token(byte number) => ResponseContinuationToken.FromBytes(new[] { number });
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_free_tool_that_the_caps_exclude_does_not_run_when_it_is_approved(bool streaming)
    {
        Cap(new Caps { ToolDenylist = ["free"] });
        var content = new FunctionCallContent("1", "free");
        Model.Reply = call =>
            call > 0
                ? Reply(1, 1)
                : new ChatResponse(new ChatMessage(ChatRole.Assistant, [content]))
                {
                    Usage = new() { InputTokenCount = 1, OutputTokenCount = 1 },
                };
        Model.Updates = call =>
            call > 0 ? [Usage(1, 1)] : [new ChatResponseUpdate(ChatRole.Assistant, [content]), Usage(1, 1)];
        Spends(600);
        var hasRun = false;
        using var loop = Guard().AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [new ApprovalRequiredAIFunction(Free(() => hasRun = true))] };

        var chat = Ask();
        var asked = await AskAsync();
        chat.AddRange(asked.Messages);
        var request = asked
            .Messages.SelectMany(message => message.Contents)
            .OfType<ToolApprovalRequestContent>()
            .Single();
        chat.Add(new ChatMessage(ChatRole.User, [request.CreateResponse(approved: true)]));
        await AskAsync();

        Assert.That(hasRun, Is.False);

        async Task<ChatResponse> AskAsync() =>
            streaming
                ? await loop.GetStreamingResponseAsync(chat, options).ToChatResponseAsync()
                : await loop.GetResponseAsync(chat, options);
    }

    private AIFunction Free(Action runs) =>
        AIFunctionFactory.Create(runs, "free").WithCycles(Cycles, terms => terms.Estimate = Amount.UsdMicrocents(0));
}
