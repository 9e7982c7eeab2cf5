using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Cycles.SemanticKernel.Tests.Services;

/// <summary>A prompt function is a function and a model call, and is charged for the model call alone.</summary>
public sealed class PromptTests : KernelFixture
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_prompt_function_is_charged_once_at_the_service(bool asChatService)
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = WithModel(asChatService);

        var result = await kernel.InvokeAsync(Prompt(), Secret);

        Assert.That(result.ToString(), Is.EqualTo("done"));
        Assert.That(Reserved, Is.EqualTo(["m"]));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_prompt_function_that_streams_is_charged_once_at_the_service(bool asChatService)
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = WithModel(asChatService);

        var items = await kernel.InvokeStreamingAsync<StreamingKernelContent>(Prompt(), Secret).ToListAsync();

        Assert.That(string.Concat(items), Is.EqualTo("done"));
        Assert.That(Reserved, Is.EqualTo(["m"]));
    }

    [Test]
    public async Task A_pattern_for_all_functions_leaves_prompts_alone()
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = WithModel(asChatService: false, options => options.Tools["*"].Estimate = Amount.RiskPoints(5));

        await kernel.InvokeAsync(Prompt(), Secret);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Prompts_without_a_name_are_no_tools_of_their_run(bool isStreaming)
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = WithModel(asChatService: true);
        await using var run = Cycles.BeginRun("case");

        _ = isStreaming
            ? (object)await kernel.InvokePromptStreamingAsync(Canary).ToListAsync()
            : await kernel.InvokePromptAsync(Canary);

        Assert.That(run.Summary.Tools, Is.Empty);
        Assert.That(run.Summary.Models.Single().Calls, Is.EqualTo(1));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_prompt_that_the_budget_does_not_cover_throws_at_the_service(bool isStreaming)
    {
        Ledger.Administer("acme").Freeze("tenant:acme", AmountUnit.UsdMicrocents);
        var kernel = WithModel(asChatService: false);

        Assert.That(
            async () =>
                isStreaming
                    ? (object)await kernel.InvokeStreamingAsync(Prompt(), Secret).ToListAsync()
                    : await kernel.InvokeAsync(Prompt(), Secret),
            Throws.TypeOf<BudgetDeniedException>()
        );
    }

    private Kernel WithModel(bool asChatService, Action<CyclesKernelOptions>? configure = null) =>
        Governed(
            configure,
            builder =>
            {
                if (asChatService)
                {
                    builder.Services.AddSingleton(new LoopModel().AsChatCompletionService());
                }
                else
                {
                    builder.Services.AddSingleton<IChatClient>(new LoopModel());
                }
            }
        );

    private static KernelFunction Prompt() =>
        KernelFunctionFactory.CreateFromPrompt("Say {{$secret}}.", functionName: "say");
}
