using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;

namespace Cycles.SemanticKernel.Tests.Services;

/// <summary>Chat services without a connector: made of a chat client, as many connectors' are, or somebody's own.</summary>
public sealed class OtherServiceTests : KernelFixture
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_function_that_is_left_to_the_caller_makes_no_loop(bool isStreaming)
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = With(new LoopModel(["Crm_find"]).AsChatCompletionService());

        await AskAsync(
            kernel,
            isStreaming,
            new() { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto(autoInvoke: false) }
        );

        Assert.That(Told, Has.None.StartsWith("305"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_prompt_that_the_settings_put_into_the_history_makes_no_loop(bool isStreaming)
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = With(new LoopModel().AsChatCompletionService());

        await AskAsync(kernel, isStreaming, new OpenAIPromptExecutionSettings { ChatSystemPrompt = Canary });

        Assert.That(Told, Has.None.StartsWith("305"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_loop_of_a_client_behind_a_service_is_committed_at_the_estimate_and_told_of(bool isStreaming)
    {
        var model = new LoopModel(["Crm_find"]) { Arguments = { ["secret"] = Canary } };
        var kernel = With(model.AsBuilder().UseKernelFunctionInvocation().Build().AsChatCompletionService());

        await AskAsync(kernel, isStreaming, new() { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() });

        Assert.That(Told, Has.Some.StartsWith("305"));
        Spends(points: 10, microcents: Authority.Creates[0].Estimate.Value);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_service_that_does_not_pass_on_why_the_model_stopped_costs_its_usage_all_the_same(
        bool isStreaming
    )
    {
        string[] tokens =
        [
            .. Enumerable.Repeat(new[] { " заказ", " отправлен", " завтра", " вечером" }, 20).SelectMany(t => t),
        ];
        Spends(microcents: 10 * 100 + tokens.Length * 200);

        await AskAsync(With(new TokenModel(tokens).AsChatCompletionService()), isStreaming, settings: null);
    }

    [Test]
    public async Task A_deployment_is_a_model()
    {
        var attributes = new Dictionary<string, object?> { ["DeploymentName"] = "m" };

        await AskAsync(With(new PlainService { Attributes = attributes }), isStreaming: false, settings: null);

        Assert.That(Reserved, Is.EqualTo(["m"]));
        Spends(microcents: Authority.Creates[0].Estimate.Value);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_message_without_a_role_is_charged_as_any_other(bool isStreaming)
    {
        var kernel = With(new PlainService { Answer = new ChatMessageContent { Content = Canary } });

        await AskAsync(kernel, isStreaming, settings: null);

        Spends(microcents: Authority.Creates[0].Estimate.Value);
    }

    [Test]
    public async Task An_answer_that_can_not_be_looked_into_is_charged_all_the_same()
    {
        var kernel = With(new PlainService { Answer = null! });
        await Assert.CatchAsync<Exception>(() => AskAsync(kernel, isStreaming: false, settings: null));
        Spends(microcents: Authority.Creates[0].Estimate.Value);
    }

    private Kernel With(IChatCompletionService service) =>
        Governed(build: builder => builder.Services.AddSingleton(service));

    private static async Task AskAsync(Kernel kernel, bool isStreaming, PromptExecutionSettings? settings)
    {
        var service = kernel.GetRequiredService<IChatCompletionService>();
        var history = new ChatHistory();
        history.AddUserMessage(Canary);
        if (isStreaming)
        {
            await service.GetStreamingChatMessageContentsAsync(history, settings, kernel).ToListAsync();
        }
        else
        {
            await service.GetChatMessageContentAsync(history, settings, kernel);
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task What_throws_before_the_call_gives_the_hold_back(bool isStreaming)
    {
        Ledger.Administer("acme").SetCaps("tenant:acme", AmountUnit.UsdMicrocents, new Caps { MaxTokens = 5 });
        var service = new PlainService().WithCycles(Cycles, options => options.Prices.Add("m", 1, 2));

        Assert.That(
            async () =>
            {
                if (isStreaming)
                {
                    await service.GetStreamingChatMessageContentsAsync(Canary, new Uncopied()).ToListAsync();
                }
                else
                {
                    await service.GetChatMessageContentAsync(Canary, new Uncopied());
                }
            },
            Throws.TypeOf<NotSupportedException>()
        );

        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Single().Reason, Is.EqualTo("action_failed"));
    }

    [Test]
    public async Task What_throws_before_the_call_gives_the_runs_step_back()
    {
        Ledger.Administer("acme").SetCaps("tenant:acme", AmountUnit.UsdMicrocents, new Caps { MaxTokens = 5 });
        var service = new PlainService().WithCycles(Cycles, options => options.Prices.Add("m", 1, 2));
        await using var run = Cycles.BeginRun("case");

        Assert.That(
            async () => await service.GetChatMessageContentAsync(Canary, new Uncopied()),
            Throws.TypeOf<NotSupportedException>()
        );

        Assert.That((run.Summary.Steps, run.Summary.Calls), Is.EqualTo((0, 0)));
    }

    private sealed class Uncopied : PromptExecutionSettings
    {
        public override PromptExecutionSettings Clone() => throw new NotSupportedException();
    }
}
