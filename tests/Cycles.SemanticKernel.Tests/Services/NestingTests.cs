using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;

namespace Cycles.SemanticKernel.Tests.Services;

/// <summary>A keyed service and one above it that does not show what it is made of: AddCycles guards both.</summary>
public sealed class NestingTests : KernelFixture
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_call_of_a_client_over_a_keyed_one_is_charged_once_and_told_of(bool isStreaming)
    {
        Spends(microcents: LoopModel.Cost);
        var client = Governed(build: builder =>
                builder
                    .Services.AddKeyedSingleton<IChatClient>("cheap", new LoopModel())
                    .AddSingleton<IChatClient>(services => new ClientRouter(
                        services.GetRequiredKeyedService<IChatClient>("cheap")
                    ))
            )
            .GetRequiredService<IChatClient>();

        _ = isStreaming
            ? await client.GetStreamingResponseAsync(Canary).ToChatResponseAsync()
            : await client.GetResponseAsync(Canary);

        Assert.That(Authority.Creates, Has.Count.EqualTo(1));
        Assert.That(Told, Has.Exactly(1).Items.And.Some.StartsWith("203"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Calls_of_a_service_over_a_keyed_one_are_charged_once_and_told_of_once(bool isStreaming)
    {
        Spends(microcents: 2 * LoopModel.Cost);
        var kernel = Governed(build: builder =>
            builder
                .Services.AddKeyedSingleton("cheap", new LoopModel().AsChatCompletionService())
                .AddSingleton<IChatCompletionService>(services => new ServiceRouter(
                    services.GetRequiredKeyedService<IChatCompletionService>("cheap")
                ))
        );

        for (var i = 0; i < 2; i++)
        {
            await AskAsync(kernel, isStreaming);
        }

        Assert.That(Authority.Creates, Has.Count.EqualTo(2));
        Assert.That(Told, Has.Exactly(1).Items.And.Some.StartsWith("203"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_service_that_is_only_watched_leaves_the_charge_to_the_one_inside(bool isStreaming)
    {
        Spends(microcents: LoopModel.Cost);
        var inner = new LoopModel().AsChatCompletionService().WithCycles(Cycles, Prices);
        var outer = new ServiceRouter(inner).WithCycles(
            Cycles,
            options =>
            {
                Prices(options);
                options.Shadow = new ShadowReport();
            }
        );
        var builder = Builder();
        builder.Services.AddSingleton(outer);

        await AskAsync(builder.Build(), isStreaming);

        static void Prices(CyclesChatOptions options) => options.Prices.Add("m", 1, 2);
    }

    [Test]
    public async Task A_service_that_comes_after_AddCycles_leaves_the_charge_to_the_keyed_one()
    {
        Spends(microcents: LoopModel.Cost);
        var builder = Builder();
        builder.Services.AddKeyedSingleton("cheap", new LoopModel().AsChatCompletionService());
        builder.AddCycles(options => Configure(options, null), Cycles);
        builder.Services.AddSingleton<IChatCompletionService>(services => new ServiceRouter(
            services.GetRequiredKeyedService<IChatCompletionService>("cheap")
        ));

        await AskAsync(builder.Build(), isStreaming: false);

        Assert.That(Told, Has.Exactly(1).Items.And.Some.StartsWith("301"));
    }

    /// <summary>It asks about the very history of the loop, which by then is longer.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public async Task What_a_filter_in_a_loop_asks_another_service_is_charged_for_itself(bool isStreaming)
    {
        await using var host = await OpenAIHost.StartAsync($$"""{"secret":"{{Canary}}"}""", ["Crm-find"]);
        var kernel = Governed(build: builder =>
        {
            builder.AddOpenAIChatCompletion("m", host.Client());
            builder.Services.AddKeyedSingleton("cheap", new LoopModel().AsChatCompletionService());
        });
        kernel.AutoFunctionInvocationFilters.Insert(0, new Judge());

        await AskAsync(kernel, isStreaming);

        Assert.That(Reserved, Is.EqualTo(["m", "m", "Crm.find"]));
        Spends(points: 10, microcents: Authority.Creates[0].Estimate.Value + LoopModel.Cost);
    }

    /// <summary>It cannot be hidden from this behavior, and as it is free, nobody is asked for it.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_capped_function_does_not_run_where_a_filter_asked_another_service_before(bool isStreaming)
    {
        await using var host = await OpenAIHost.StartAsync($$"""{"secret":"{{Canary}}"}""", ["Crm-find"]);
        var caps = new Caps { ToolDenylist = ["Crm.find"] };
        Ledger.Administer("acme").SetCaps("tenant:acme", AmountUnit.UsdMicrocents, caps);
        var kernel = Governed(
            options => options.Tools["Crm.find"].Estimate = Amount.RiskPoints(0),
            builder =>
            {
                builder.AddOpenAIChatCompletion("m", host.Client());
                builder.Services.AddKeyedSingleton("cheap", new LoopModel().AsChatCompletionService());
            }
        );
        kernel.AutoFunctionInvocationFilters.Insert(0, new Judge());

        await AskAsync(kernel, isStreaming, ToolCallBehavior.AutoInvokeKernelFunctions);

        Assert.That(Crm.Ran, Is.Empty);
        Spends(microcents: Authority.Creates[0].Estimate.Value + LoopModel.Cost);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_capped_function_does_not_run_where_a_filter_asked_two_at_once_before(bool isStreaming)
    {
        await using var host = await OpenAIHost.StartAsync($$"""{"secret":"{{Canary}}"}""", ["Crm-find"]);
        var caps = new Caps { ToolDenylist = ["Crm.find"] };
        Ledger.Administer("acme").SetCaps("tenant:acme", AmountUnit.UsdMicrocents, caps);
        var kernel = Governed(
            options => options.Tools["Crm.find"].Estimate = Amount.RiskPoints(0),
            builder => builder.AddOpenAIChatCompletion("m", host.Client())
        );
        var watched = new LoopModel()
            .AsChatCompletionService()
            .WithCycles(
                Cycles,
                options =>
                {
                    options.Prices.Add("m", 1, 2);
                    options.Shadow = new ShadowReport();
                }
            );
        kernel.AutoFunctionInvocationFilters.Insert(0, new Judges(watched));

        await AskAsync(kernel, isStreaming, ToolCallBehavior.AutoInvokeKernelFunctions);

        Assert.That(Crm.Ran, Is.Empty);
        Spends(microcents: Authority.Creates[0].Estimate.Value);
    }

    private static async Task AskAsync(Kernel kernel, bool isStreaming, ToolCallBehavior? behavior = null)
    {
        var settings = new OpenAIPromptExecutionSettings
        {
            ToolCallBehavior = behavior,
            FunctionChoiceBehavior = behavior is null ? FunctionChoiceBehavior.Auto() : null,
        };
        var service = kernel.GetRequiredService<IChatCompletionService>();
        if (isStreaming)
        {
            await service.GetStreamingChatMessageContentsAsync(Canary, settings, kernel).ToListAsync();
        }
        else
        {
            await service.GetChatMessageContentAsync(Canary, settings, kernel);
        }
    }

    /// <summary>Asks a model whether a call is in order.</summary>
    private sealed class Judge : IAutoFunctionInvocationFilter
    {
        public async Task OnAutoFunctionInvocationAsync(
            AutoFunctionInvocationContext context,
            Func<AutoFunctionInvocationContext, Task> next
        )
        {
            await context
                .Kernel.GetRequiredService<IChatCompletionService>("cheap")
                .GetChatMessageContentAsync(context.ChatHistory);
            await next(context);
        }
    }

    /// <summary>Asks two models that do not wait for each other.</summary>
    private sealed class Judges(IChatCompletionService service) : IAutoFunctionInvocationFilter
    {
        public async Task OnAutoFunctionInvocationAsync(
            AutoFunctionInvocationContext context,
            Func<AutoFunctionInvocationContext, Task> next
        )
        {
            var one = service.GetStreamingChatMessageContentsAsync(context.ChatHistory).GetAsyncEnumerator();
            var other = service.GetStreamingChatMessageContentsAsync(context.ChatHistory).GetAsyncEnumerator();
            await one.MoveNextAsync();
            await other.MoveNextAsync();
            await one.DisposeAsync();
            await other.DisposeAsync();
            await next(context);
        }
    }
}
