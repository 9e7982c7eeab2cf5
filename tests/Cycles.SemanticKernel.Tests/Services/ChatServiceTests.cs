using System.Text.Json;
using Cycles.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;

namespace Cycles.SemanticKernel.Tests.Services;

/// <summary>The real OpenAI connector against an endpoint that speaks its API.</summary>
public sealed class ChatServiceTests : KernelFixture
{
    /// <summary>Six fresh tokens and four cached ones at the same price, five of output.</summary>
    private const long Usage = 2_000;

    private static readonly OpenAIPromptExecutionSettings Auto = new()
    {
        FunctionChoiceBehavior = FunctionChoiceBehavior.Auto(),
        MaxTokens = 100,
    };

    private OpenAIHost _host = null!;

    [TearDown]
    public ValueTask Stop() => _host.DisposeAsync();

    [Test]
    public async Task A_call_costs_the_usage_that_its_message_reports()
    {
        Spends(microcents: Usage);
        var kernel = await KernelAsync();

        var message = await Service(kernel).GetChatMessageContentAsync(Canary, kernel: kernel);

        Assert.That(message.Content, Is.EqualTo("done"));
        Assert.That(Commit.Metadata, Is.Null);
        Assert.That(Commit.Metrics!.TokensInput, Is.EqualTo(10));
    }

    [Test]
    public async Task A_stream_costs_the_usage_behind_its_end()
    {
        Spends(microcents: Usage);
        var kernel = await KernelAsync();

        await Service(kernel).GetStreamingChatMessageContentsAsync(Canary, kernel: kernel).ToListAsync();

        Assert.That(Commit.Metadata, Is.Null);
    }

    [Test]
    public async Task A_stream_that_is_left_early_costs_what_came_through()
    {
        var kernel = await KernelAsync();

        await foreach (var _ in Service(kernel).GetStreamingChatMessageContentsAsync(Canary, kernel: kernel))
        {
            break;
        }

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
        Spends(microcents: Commit.Actual.Value);
    }

    [Test]
    public async Task A_stream_that_is_left_at_its_usage_costs_the_usage()
    {
        Spends(microcents: Usage);
        var kernel = await KernelAsync();

        await foreach (var update in Service(kernel).GetStreamingChatMessageContentsAsync(Canary, kernel: kernel))
        {
            if (update.Metadata?["Usage"] is not null)
            {
                break;
            }
        }

        Assert.That(Commit.Metadata, Is.Null);
    }

    [Test]
    public async Task An_auto_invoking_call_that_needs_no_function_costs_its_usage()
    {
        Spends(microcents: Usage);
        var kernel = await KernelAsync();

        await Service(kernel).GetChatMessageContentAsync(Canary, Auto, kernel);

        Assert.That(Commit.Metadata, Is.Null);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_loop_has_one_hold_that_is_committed_at_the_estimate_marked_and_told_of_once(bool isStreaming)
    {
        var kernel = await KernelAsync(["Crm-find"], ["Crm-find"], [], ["Crm-find"]);

        for (var i = 0; i < 2; i++)
        {
            if (isStreaming)
            {
                await Service(kernel).GetStreamingChatMessageContentsAsync(Canary, Auto, kernel).ToListAsync();
            }
            else
            {
                await Service(kernel).GetChatMessageContentAsync(Canary, Auto, kernel);
            }
        }

        var holds = Authority
            .Creates.Where(create => create.Action == new CyclesAction("llm.completion", "m"))
            .ToList();
        var commits = Authority.Requests.OfType<CommitRequest>().Where(commit => commit.Metadata is not null).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(_host.Asked, Has.Count.EqualTo(5), "model turns");
            Assert.That(holds, Has.Count.EqualTo(2));
            Assert.That(commits.Select(commit => commit.Actual), Is.EqualTo(holds.Select(hold => hold.Estimate)));
            Assert.That(
                commits.Select(commit => commit.Metadata!["actual_source"].GetString()),
                Is.All.EqualTo("estimate")
            );
            Assert.That(Told.Where(told => told.StartsWith("305", StringComparison.Ordinal)), Has.Exactly(1).Items);
        });
        Spends(points: 30, microcents: holds.Sum(hold => hold.Estimate.Value));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_loop_inside_the_connectors_chat_client_has_one_hold_and_costs_the_usage_of_all_turns(
        bool isStreaming
    )
    {
        Spends(points: 10, microcents: 2 * (6 * 100 + 4 * 100 + 5 * 200));
        _host = await OpenAIHost.StartAsync($$"""{"secret":"{{Canary}}"}""", ["Crm_find"]);
        var kernel = Governed(build: builder => builder.AddOpenAIChatClient("m", _host.Client()));
        var prompt = KernelFunctionFactory.CreateFromPrompt("Say {{$secret}}.", Auto);

        var answer = isStreaming
            ? string.Concat(await kernel.InvokeStreamingAsync<string>(prompt, Secret).ToListAsync())
            : (await kernel.InvokeAsync(prompt, Secret)).ToString();

        Assert.Multiple(() =>
        {
            Assert.That(answer, Is.EqualTo("done"));
            Assert.That(Reserved, Is.EqualTo(["m", "Crm.find"]));
            Assert.That(Told, Has.Some.StartsWith("204"), "that the guard stands outside the loop");
        });
    }

    [Test]
    public async Task A_loop_that_fails_on_its_way_is_charged_and_a_call_that_fails_at_once_is_not()
    {
        var kernel = await KernelAsync(["Crm-find"], ["broken"]);

        Assert.That(
            async () => await Service(kernel).GetChatMessageContentAsync(Canary, Auto, kernel),
            Throws.InstanceOf<HttpOperationException>()
        );
        Assert.That(
            async () => await Service(kernel).GetChatMessageContentAsync(Canary, Auto, kernel),
            Throws.InstanceOf<HttpOperationException>()
        );

        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Single().Reason, Is.EqualTo("action_failed"));
        Spends(points: 10, microcents: Authority.Creates[0].Estimate.Value);
    }

    [Test]
    public async Task Caps_reach_the_provider_and_the_callers_settings_stay()
    {
        Spends(microcents: Usage);
        Cap(new Caps { MaxTokens = 20, ToolAllowlist = ["Crm.find"] });
        var kernel = await KernelAsync();

        await Service(kernel).GetChatMessageContentAsync(Canary, Auto, kernel);

        using var asked = JsonDocument.Parse(_host.Asked.Single());
        Assert.Multiple(() =>
        {
            Assert.That(asked.RootElement.GetProperty("max_completion_tokens").GetInt32(), Is.EqualTo(20));
            Assert.That(_host.Offered.Single(), Is.EqualTo(["Crm-find"]));
            Assert.That(Auto.MaxTokens, Is.EqualTo(100));
        });
    }

    [Test]
    public async Task Caps_hide_functions_of_a_kernel_that_is_not_governed_too()
    {
        Spends(microcents: Usage);
        Cap(new Caps { ToolAllowlist = ["Crm.find"] });
        _host = await OpenAIHost.StartAsync("{}");
        ToolNames.Framework = null; // As in a process without a governed kernel.
        var service = new OpenAIChatCompletionService("m", _host.Client()).WithCycles(
            Cycles,
            options => options.Prices.Add("m", 1, 2)
        );

        await service.GetChatMessageContentAsync(Canary, Auto, Builder().Build());

        Assert.That(_host.Offered.Single(), Is.EqualTo(["Crm-find"]));
    }

    [Test]
    public async Task Caps_reach_the_provider_through_settings_of_no_connector()
    {
        Spends(microcents: Usage);
        Cap(new Caps { MaxTokens = 20 });
        var kernel = await KernelAsync();

        await Service(kernel).GetChatMessageContentAsync(Canary, kernel: kernel);

        Assert.That(_host.Asked.Single(), Does.Contain("\"max_completion_tokens\":20"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task What_a_connectors_own_behavior_offers_all_the_same_is_refused(bool isStreaming)
    {
        Cap(new Caps { ToolDenylist = ["Crm.update_status"] });
        var kernel = await KernelAsync(["Crm-update_status", "Crm-find"]);
        var settings = new OpenAIPromptExecutionSettings
        {
            ToolCallBehavior = ToolCallBehavior.AutoInvokeKernelFunctions,
        };
        var history = new ChatHistory(Canary);

        if (isStreaming)
        {
            await Service(kernel).GetStreamingChatMessageContentsAsync(history, settings, kernel).ToListAsync();
        }
        else
        {
            await Service(kernel).GetChatMessageContentAsync(history, settings, kernel);
        }

        var results = history.SelectMany(message => message.Items).OfType<FunctionResultContent>().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(_host.Offered[0], Does.Contain("Crm-update_status"), "there it cannot be hidden");
            Assert.That(Crm.Ran, Is.EqualTo(["find"]));
            Assert.That(results[0].Result, Does.Contain("TOOL_NOT_ALLOWED"));
        });
        Spends(points: 10, microcents: Authority.Creates[0].Estimate.Value);
    }

    [Test]
    public async Task Without_a_step_left_the_model_can_only_answer()
    {
        Spends(microcents: Usage);
        Cap(new Caps { MaxStepsRemaining = 0 });
        var kernel = await KernelAsync();

        await Service(kernel).GetChatMessageContentAsync(Canary, Auto, kernel);

        Assert.That(_host.Asked.Single(), Does.Not.Contain("\"tools\"").And.Not.Contain("tool_choice"));
    }

    [Test]
    public async Task Without_a_token_left_the_provider_is_not_asked()
    {
        Cap(new Caps { MaxTokens = 0 });
        var kernel = await KernelAsync();

        Assert.That(
            async () => await Service(kernel).GetChatMessageContentAsync(Canary, kernel: kernel),
            Throws
                .TypeOf<BudgetDeniedException>()
                .With.Property(nameof(BudgetDeniedException.Denial))
                .Property(nameof(Denial.ReasonCode))
                .EqualTo(LocalReasons.NoTokensLeft)
        );
        Assert.That(_host.Asked, Is.Empty);
    }

    [Test]
    public async Task A_fallback_answers_with_a_client_of_its_own_and_needs_one()
    {
        Spends(microcents: LoopModel.Cost);
        _host = await OpenAIHost.StartAsync("{}");
        var service = new OpenAIChatCompletionService("m", _host.Client());
        var guarded = service.WithCycles(
            Cycles,
            options =>
            {
                options.Prices.Add("m", 1_000_000, 1_000_000);
                options.Prices.Add("small", 1, 2);
                options.Fallbacks.Add(new FallbackModel("small", new LoopModel { Model = "small" }));
            }
        );

        var message = await guarded.GetChatMessageContentAsync(Canary, Auto, Governed());

        Assert.That(message.Content, Is.EqualTo("done"));
        Assert.That(_host.Asked, Is.Empty);
        Assert.That(
            () => service.WithCycles(Cycles, options => options.Fallbacks.Add(new FallbackModel("small"))),
            Throws.ArgumentException
        );
    }

    [Test]
    public async Task A_service_may_be_guarded_by_itself_and_once()
    {
        Spends(microcents: Usage);
        _host = await OpenAIHost.StartAsync("{}");
        var service = new OpenAIChatCompletionService("m", _host.Client()).WithCycles(
            Cycles,
            options => options.Prices.Add("m", 1, 2)
        );

        await service.GetChatMessageContentAsync(Canary);

        Assert.That(service.WithCycles(Cycles), Is.SameAs(service));
        Assert.That(service.Attributes, Does.ContainKey("ModelId"));
    }

    private CommitRequest Commit => Authority.Requests.OfType<CommitRequest>().Single();

    private void Cap(Caps caps) => Ledger.Administer("acme").SetCaps("tenant:acme", AmountUnit.UsdMicrocents, caps);

    private async Task<Kernel> KernelAsync(params string[][] turns)
    {
        _host = await OpenAIHost.StartAsync($$"""{"secret":"{{Canary}}"}""", turns);
        return Governed(build: builder => builder.AddOpenAIChatCompletion("m", _host.Client()));
    }

    private static IChatCompletionService Service(Kernel kernel) => kernel.GetRequiredService<IChatCompletionService>();
}
