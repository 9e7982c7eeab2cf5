using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>
/// What throws between a hold and its call gives the hold back, and what throws behind the call leaves it charged: the
/// fixture finds nothing reserved.
/// </summary>
public sealed class ThrowingTests : ChatFixture
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task Options_that_can_not_be_cloned(bool streaming)
    {
        Cap(new Caps { MaxTokens = 20 });

        await AssertThrowsAsync(Guard(), new PickyOptions(clones: 0), streaming);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_tool_that_can_not_be_asked(bool streaming)
    {
        Cap(new Caps { ToolAllowlist = ["find"] });

        await AssertThrowsAsync(Guard(), new ChatOptions { Tools = [new PickyTool()] }, streaming);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Options_of_a_fallback_that_can_not_be_cloned_again(bool streaming)
    {
        Cap(new Caps { MaxTokens = 20, ToolDenylist = ["m"] });
        var guard = Guard(options =>
        {
            options.Prices.Add("small", 1, 1);
            options.Fallbacks.Add(new FallbackModel("small"));
        });

        await AssertThrowsAsync(guard, new PickyOptions(clones: 1), streaming);

        Assert.That(Authority.Creates.Select(create => create.Action.Name), Is.EqualTo(["m", "small"]));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Options_of_a_runs_last_call_that_can_not_be_cloned(bool streaming)
    {
        Ledger.Administer("acme").Budget("tenant:acme/agent:x", Amount.UsdMicrocents(100_000));
        await using var run = Cycles.BeginRun(
            "case",
            options =>
            {
                options.Subject = new Subject { Agent = "x" };
                options.KeepForFinalAnswer = Amount.UsdMicrocents(50_000);
            }
        );

        await AssertThrowsAsync(Guard(), new PickyOptions(clones: 0), streaming);

        Assert.That(run.Summary.UsedKeptReserve, Is.True);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task An_estimator_that_can_not_count_the_question(bool streaming)
    {
        var guard = Guard(options => options.TokenEstimator = new PickyEstimator());

        await AssertThrowsAsync(guard, new ChatOptions(), streaming, asks: false);
    }

    [TestCase(true, 2_000)]
    [TestCase(false, 12_840)]
    public async Task A_reply_with_a_message_that_is_not_there(bool reports, long microcents)
    {
        Spends(microcents);
        Cap(new Caps { MaxTokens = 50 });
        var reply = new ChatResponse(new List<ChatMessage> { null!, new(ChatRole.Assistant, Canary) })
        {
            Usage = reports ? new() { InputTokenCount = 10, OutputTokenCount = 5 } : null,
        };
        Model.Reply = _ => reply;

        var response = await Guard().GetResponseAsync(Ask(), new ChatOptions { MaxOutputTokens = 50 });

        Assert.That(response, Is.SameAs(reply));
        Assert.That(Commit.Metadata is null, Is.EqualTo(reports));
    }

    [TestCase(true, 2_000)]
    [TestCase(false, 12_840)]
    public async Task A_reply_that_can_not_be_looked_into(bool reports, long microcents)
    {
        Spends(microcents);
        Cap(new Caps { MaxTokens = 50 });
        Model.Reply = _ => new ChatResponse
        {
            Messages = default(ArraySegment<ChatMessage>),
            Usage = reports ? new() { InputTokenCount = 10, OutputTokenCount = 5 } : null,
        };

        await Assert.CatchAsync<InvalidOperationException>(async () =>
            await Guard().GetResponseAsync(Ask(), new ChatOptions { MaxOutputTokens = 50 })
        );

        Assert.That(Commit.Metadata is null, Is.EqualTo(reports));
    }

    private async Task AssertThrowsAsync(IChatClient guard, ChatOptions options, bool streaming, bool asks = true)
    {
        await Assert.CatchAsync<FormatException>(async () =>
        {
            _ = streaming
                ? await guard.GetStreamingResponseAsync(Ask(), options).ToChatResponseAsync()
                : await guard.GetResponseAsync(Ask(), options);
        });

        Assert.That(Authority.Creates, asks ? Is.Not.Empty : Is.Empty);
        Assert.That(Model.Calls, Is.Zero);
    }

    private sealed class PickyOptions(int clones) : ChatOptions
    {
        public override ChatOptions Clone() =>
            clones > 0 ? new PickyOptions(clones - 1) : throw new FormatException("Not to be cloned.");
    }

    private sealed class PickyTool : AITool
    {
        public override object? GetService(Type serviceType, object? serviceKey = null) =>
            throw new FormatException("Not to be asked.");
    }

    private sealed class PickyEstimator : ITokenEstimator
    {
        public long CountTokens(string text) => throw new FormatException("Not to be counted.");
    }
}
