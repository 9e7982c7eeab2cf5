using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>One model call that is answered whole.</summary>
public sealed class CallTests : ChatFixture
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_poll_goes_to_the_fallback_that_gave_the_token(bool isStreaming)
    {
        Cap(new Caps { ToolDenylist = ["m"] });
        using var other = new FakeModel();
        var tokens = new[] { Token(1), Token(2) };
        other.Reply = call => new ChatResponse { ContinuationToken = tokens.ElementAtOrDefault(call) };
        other.Updates = call => [new ChatResponseUpdate { ContinuationToken = tokens.ElementAtOrDefault(call) }];
        using var guard = Guard(options =>
        {
            options.Prices.Add("other", 1, 2);
            options.Fallbacks.Add(new("other", other));
        });

        ResponseContinuationToken? token = null;
        do
        {
            token = await AskAsync(new ChatOptions { ContinuationToken = token });
        } while (token is not null);

        Assert.That((Model.Calls, other.Calls), Is.EqualTo((0, 3)));
        Spends(Commit.Actual.Value);

        static ResponseContinuationToken Token(byte id) => ResponseContinuationToken.FromBytes(new[] { id });

        async Task<ResponseContinuationToken?> AskAsync(ChatOptions options) =>
            isStreaming
                ? (await guard.GetStreamingResponseAsync(Ask(), options).ToListAsync())[^1].ContinuationToken
                : (await guard.GetResponseAsync(Ask(), options)).ContinuationToken;
    }

    [TestCase(false, false)]
    [TestCase(false, true)]
    [TestCase(true, false)]
    [TestCase(true, true)]
    public async Task A_poll_asks_for_the_model_that_gave_the_token(bool hasClient, bool isStreaming)
    {
        Cap(new Caps { ToolDenylist = ["m"] });
        using var other = new FakeModel();
        var model = hasClient ? other : Model;
        var token = ResponseContinuationToken.FromBytes(new byte[] { 1 });
        model.Reply = call => new ChatResponse { ContinuationToken = call == 0 ? token : null };
        model.Updates = call => [new ChatResponseUpdate { ContinuationToken = call == 0 ? token : null }];
        using var guard = Guard(options =>
        {
            options.Prices.Add("other", 1, 2);
            options.Fallbacks.Add(new("other", hasClient ? other : null));
        });
        var asked = new ChatOptions { ModelId = "m" };

        await AskAsync();
        asked.ContinuationToken = token;
        await AskAsync();

        Assert.That(model.Options.Select(options => options?.ModelId), Is.EqualTo(["other", "other"]));
        Assert.That(model.Options[1]?.ContinuationToken, Is.SameAs(token));
        Assert.That(asked.ModelId, Is.EqualTo("m"));
        Spends(Commit.Actual.Value);

        async Task AskAsync() =>
            _ = isStreaming
                ? await guard.GetStreamingResponseAsync(Ask(), asked).ToChatResponseAsync()
                : await guard.GetResponseAsync(Ask(), asked);
    }

    [Test]
    public async Task A_call_holds_an_estimate_and_commits_what_the_usage_costs()
    {
        Spends(10 * 100 + 5 * 200);
        Model.Reply = _ =>
        {
            Clock.Advance(TimeSpan.FromMilliseconds(1_234));
            return Reply(10, 5, "m-2026-04-01");
        };

        // 11 characters are 3 tokens, and a message has 4 more; 1.2 x (7 x 100 + 50 x 200).
        var response = await Guard().GetResponseAsync(Ask(), new ChatOptions { MaxOutputTokens = 50 });

        Assert.Multiple(() =>
        {
            Assert.That(response.Text, Is.EqualTo($"{Canary} answer"));
            Assert.That(Create.Action, Is.EqualTo(new CyclesAction("llm.completion", "m")));
            Assert.That(Create.Estimate, Is.EqualTo(Amount.UsdMicrocents(12_840)));
            Assert.That(Commit.Actual, Is.EqualTo(Amount.UsdMicrocents(2_000)));
            Assert.That(
                Commit.Metrics,
                Is.EqualTo(
                    new CyclesMetrics
                    {
                        TokensInput = 10,
                        TokensOutput = 5,
                        LatencyMs = 1_234,
                        ModelVersion = "m-2026-04-01",
                    }
                )
            );
            Assert.That(Commit.Metadata, Is.Null);
        });
    }

    [Test]
    public async Task A_bound_below_0_is_none_and_the_call_holds_for_the_default()
    {
        Spends(300);

        await Guard(options => options.DefaultOutputTokens = 50)
            .GetResponseAsync(Ask(), new ChatOptions { MaxOutputTokens = -1 });

        Assert.That(Create.Estimate, Is.EqualTo(Amount.UsdMicrocents(12_840)));
    }

    [Test]
    public async Task A_denied_call_throws_and_the_model_is_not_called()
    {
        Ledger.Administer("acme").Freeze("tenant:acme", Budget.Unit);

        var denied = await Assert.CatchAsync<BudgetDeniedException>(async () => await Guard().GetResponseAsync(Ask()));

        Assert.That(denied!.Denial.ReasonCode, Is.EqualTo(ReasonCode.BudgetFrozen));
        Assert.That(Model.Calls, Is.Zero);
    }

    [Test]
    public async Task A_call_that_throws_gives_its_hold_back_and_its_own_exception_comes_through()
    {
        var broken = new HttpRequestException($"{Canary} in the error");
        Model.Reply = _ => throw broken;

        var caught = await Assert.CatchAsync<HttpRequestException>(async () => await Guard().GetResponseAsync(Ask()));

        Assert.That(caught, Is.SameAs(broken));
        Assert.That(Release.Reason, Is.EqualTo("action_failed"));
    }

    [Test]
    public async Task A_cancelled_call_gives_its_hold_back()
    {
        using var cancel = new CancellationTokenSource();
        Model.Waits = token => Task.Delay(Timeout.Infinite, token);

        var calling = Guard().GetResponseAsync(Ask(), cancellationToken: cancel.Token);
        await cancel.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(async () => await calling);
        Assert.That(Release.Reason, Is.EqualTo("action_failed"));
    }

    [Test]
    public async Task A_call_that_was_cancelled_after_its_answer_is_charged()
    {
        Spends(300);
        using var cancel = new CancellationTokenSource();
        Model.Reply = _ =>
        {
            cancel.Cancel();
            return Reply(1, 1);
        };

        var response = await Guard().GetResponseAsync(Ask(), cancellationToken: cancel.Token);

        Assert.That(response.Text, Does.Contain("answer"));
    }

    [TestCase(400, "INVALID_REQUEST")]
    [TestCase(409, "UNIT_MISMATCH")]
    [TestCase(500, null)]
    public async Task A_commit_that_fails_never_hides_the_answer(int status, string? code)
    {
        Authority.RefusesCommits = new CyclesError
        {
            Status = status,
            RawCode = code,
            Message = "Scripted.",
        };

        var response = await Guard().GetResponseAsync(Ask());

        Assert.That(response.Text, Does.Contain("answer"));
        Assert.That(LogIds, status == 500 ? Has.None.EqualTo(201) : Has.Some.EqualTo(201));
        Clock.Advance(TimeSpan.FromMinutes(2));
    }

    [Test]
    public async Task The_usage_is_copied_before_others_change_it()
    {
        Spends(300);
        Authority.RefusesCommits = new CyclesError { Status = 503, Message = "Scripted." };

        var response = await Guard().GetResponseAsync(Ask());
        response.Usage!.Add(new UsageDetails { InputTokenCount = 1_000 });
        Authority.RefusesCommits = null;
        await Cycles.FlushAsync(Timeout.InfiniteTimeSpan);

        var last = Authority.Requests.OfType<CommitRequest>().Last();
        Assert.That((last.Actual.Value, last.Metrics!.TokensInput), Is.EqualTo((300, 1)));
    }

    [Test]
    public async Task Messages_are_enumerated_once()
    {
        Spends(600);
        var (times, guard) = (0, Guard());
        Model.Updates = _ => [Usage(1, 1)];
        IEnumerable<ChatMessage> Messages()
        {
            times++;
            yield return new ChatMessage(ChatRole.User, Canary);
        }

        await guard.GetResponseAsync(Messages());
        await guard.GetStreamingResponseAsync(Messages()).ToListAsync();

        Assert.That(times, Is.EqualTo(2), "once for each call");
    }

    [Test]
    public async Task A_list_of_messages_is_handed_on_as_it_is()
    {
        Spends(300);
        var messages = Ask();

        await Guard().GetResponseAsync(messages);

        Assert.That(Model.Messages.Single(), Is.SameAs(messages));
    }

    [Test]
    public async Task Options_without_a_cap_are_handed_on_untouched()
    {
        Spends(300);
        var options = new ChatOptions { Tools = [Tool("find")], MaxOutputTokens = 7 };

        await Guard().GetResponseAsync(Ask(), options);

        Assert.That(Model.Options.Single(), Is.SameAs(options));
    }

    [Test]
    public async Task The_calls_own_model_is_the_actions_name_and_its_price()
    {
        Spends(2_000);
        var guard = Guard(options => options.Prices.Add("big", 10, 10));

        await guard.GetResponseAsync(Ask(), new ChatOptions { ModelId = "big" });

        Assert.That(Create.Action.Name, Is.EqualTo("big"));
    }

    [Test]
    public async Task Subject_and_action_are_the_options_unless_a_call_says_otherwise()
    {
        Spends(600);
        var guard = Guard(options =>
        {
            options.Subject = new Subject { App = "support", Agent = "bot" };
            options.Action = new CyclesAction("llm.chat", "house");
            options.ResolveSubject = call => call?.ConversationId is { } id ? new Subject { Agent = id } : null;
            options.ResolveAction = call =>
                call?.ConversationId is { } id ? new CyclesAction("llm.chat", id) { Tags = ["vip"] } : null;
        });

        await guard.GetResponseAsync(Ask());
        await guard.GetResponseAsync(Ask(), new ChatOptions { ConversationId = "vip-bot" });

        Assert.Multiple(() =>
        {
            Assert.That(Authority.Creates.Select(create => create.Subject.App), Is.All.EqualTo("support"));
            Assert.That(Authority.Creates.Select(create => create.Subject.Agent), Is.EqualTo(["bot", "vip-bot"]));
            Assert.That(Authority.Creates.Select(create => create.Action.Name), Is.EqualTo(["house", "vip-bot"]));
            Assert.That(Authority.Creates[1].Action.Tags, Is.EqualTo(["vip"]));
        });
    }

    [Test]
    public async Task Another_tenants_call_is_that_tenants()
    {
        Ledger.Administer("umbrella").Budget("tenant:umbrella", Budget);
        var guard = Guard(options => options.ResolveSubject = _ => new Subject { Tenant = "umbrella" });

        await guard.GetResponseAsync(Ask());

        var balance = await Cycles.ForTenant("umbrella").GetBalancesAsync().SingleAsync();
        Assert.That(balance.Spent, Is.EqualTo(Amount.UsdMicrocents(300)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_poll_of_a_call_that_was_charged_is_not_charged_again(bool reports)
    {
        var token = ResponseContinuationToken.FromBytes(new byte[] { 1 });
        Model.Reply = call =>
            call > 0
                ? Reply(10, 10)
                : new ChatResponse
                {
                    ContinuationToken = token,
                    Usage = reports ? new() { InputTokenCount = 1, OutputTokenCount = 0 } : null,
                };
        Model.Updates = _ => [Text(), Usage(10, 10)];
        var guard = Guard();

        await guard.GetResponseAsync(Ask(), new ChatOptions { AllowBackgroundResponses = true, MaxOutputTokens = 1 });
        await guard.GetResponseAsync([], new ChatOptions { ContinuationToken = token });
        await guard.GetStreamingResponseAsync([], new ChatOptions { ContinuationToken = token }).ToListAsync();

        Spends(Create.Estimate.Value);
        Assert.That(Commit.Actual, Is.EqualTo(Create.Estimate), "what it will use is not known yet");
        Assert.That(Model.Calls, Is.EqualTo(3));
    }

    [Test]
    public async Task A_call_keeps_the_price_that_it_began_with_and_the_next_one_has_the_new_one()
    {
        Spends(300 + 30_000);
        var prices = new PriceTable();
        var guard = Guard(options => options.Prices = prices);
        prices.Add("m", 1, 2);
        Model.Reply = _ =>
        {
            prices.Add("m", 100, 200);
            return Reply(1, 1);
        };

        await guard.GetResponseAsync(Ask());
        await guard.GetResponseAsync(Ask());

        Assert.That(Authority.Creates.Select(create => create.Estimate.Value), Is.Ordered.And.Unique);
    }

    [Test]
    public async Task Prices_that_can_not_be_read_anew_are_told_once_and_the_old_ones_count()
    {
        Spends(600);
        var settings = new Dictionary<string, string?>
        {
            ["Prices:0:Model"] = "m",
            ["Prices:0:InputUsdPerMillion"] = "1",
            ["Prices:0:OutputUsdPerMillion"] = "2",
        };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var prices = new PriceTable();
        prices.Load(configuration.GetSection("Prices"));
        var guard = Guard(options => options.Prices = prices);

        configuration["Prices:0:OutputUsdPerMillion"] = "a lot";
        configuration.Reload();
        await guard.GetResponseAsync(Ask());
        await guard.GetResponseAsync(Ask());

        Assert.That(LogIds.Count(id => id == 209), Is.EqualTo(1));
    }

    [Test]
    public async Task An_estimator_of_ones_own_decides_what_is_held_and_sees_every_part_of_what_is_sent()
    {
        Spends(300);
        var estimator = new WordEstimator();

        await Guard(options => options.TokenEstimator = estimator)
            .GetResponseAsync(
                Ask("one two three"),
                new ChatOptions
                {
                    Instructions = "four five",
                    MaxOutputTokens = 50,
                    Tools = [Tool("find")],
                }
            );

        Assert.That(estimator.Seen, Is.SupersetOf(new[] { "one two three", "four five", "find" }));
        Assert.That(
            Create.Estimate,
            Is.EqualTo(Amount.UsdMicrocents((long)(1.2m * ((4 + estimator.Words) * 100 + 50 * 200))))
        );
    }

    [Test]
    public async Task A_version_that_is_too_long_for_the_protocol_is_cut()
    {
        Spends(300);
        Model.Reply = _ => Reply(1, 1, new string('v', 200));

        await Guard().GetResponseAsync(Ask());

        Assert.That(Commit.Metrics!.ModelVersion, Has.Length.EqualTo(128));
    }

    [Test]
    public async Task Tokens_are_charged_where_the_budget_counts_tokens()
    {
        Ledger.Administer("acme").Budget("tenant:acme", Amount.Tokens(10_000));
        Model.Reply = _ => Reply(10, 5);

        await Guard(options => options.Unit = AmountUnit.Tokens).GetResponseAsync(Ask());

        // 1.2 x (7 + 1,000)
        Assert.That(Create.Estimate, Is.EqualTo(Amount.Tokens(1_209)));
        Assert.That(Commit.Actual, Is.EqualTo(Amount.Tokens(15)));
    }

    [Test]
    public void Null_messages_are_refused_before_anything_is_held() =>
        Assert.Multiple(() =>
        {
            Assert.That(() => Guard().GetResponseAsync(null!), Throws.ArgumentNullException);
            Assert.That(() => Guard().GetStreamingResponseAsync(null!), Throws.ArgumentNullException);
        });

    [TestCaseSource(nameof(BadOptions))]
    public void An_option_out_of_its_bounds_is_named(string name, Action<CyclesChatOptions> spoil) =>
        Assert.That(
            () => Guard(spoil),
            Throws.ArgumentException.With.Message.Contains($"CyclesChatOptions.{name} must")
        );

    private sealed class WordEstimator : ITokenEstimator
    {
        public List<string> Seen { get; } = [];

        public long Words { get; private set; }

        public long CountTokens(string text)
        {
            Seen.Add(text);
            var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            Words += words;
            return words;
        }
    }

    private static Action<CyclesChatOptions> Spoils(Action<CyclesChatOptions> spoil) => spoil;

    private static IEnumerable<object[]> BadOptions() =>
        [
            ["SafetyFactor", Spoils(o => o.SafetyFactor = 0.9m)],
            ["DefaultOutputTokens", Spoils(o => o.DefaultOutputTokens = -1)],
            ["TokensPerAttachment", Spoils(o => o.TokensPerAttachment = -1)],
            ["MaxCooldown", Spoils(o => o.MaxCooldown = TimeSpan.FromTicks(-1))],
            ["Unit", Spoils(o => o.Unit = AmountUnit.Credits)],
            ["Prices", Spoils(o => o.Prices = null!)],
            ["TokenEstimator", Spoils(o => o.TokenEstimator = null!)],
            ["UnpricedModels", Spoils(o => o.UnpricedModels = (UnpricedModel)7)],
            ["UsageAggregation", Spoils(o => o.UsageAggregation = (UsageAggregation)7)],
            ["BrokenStreams", Spoils(o => o.BrokenStreams = (BrokenStreamCharge)7)],
            ["UnpricedEstimate", Spoils(o => o.UnpricedModels = UnpricedModel.Estimate)],
        ];
}
