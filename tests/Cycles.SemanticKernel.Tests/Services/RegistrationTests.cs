using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.TextGeneration;

namespace Cycles.SemanticKernel.Tests.Services;

public sealed class RegistrationTests : KernelFixture
{
    [TestCase(null)]
    [TestCase("fast")]
    public async Task A_chat_client_that_is_there_is_guarded(string? key)
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = Governed(build: builder => builder.Services.AddKeyedSingleton<IChatClient>(key, new LoopModel()));

        await kernel.GetRequiredService<IChatClient>(key).GetResponseAsync(Canary);

        Assert.That(Told, Has.None.Contain("guarded"));
    }

    [TestCase(null)]
    [TestCase("fast")]
    public async Task A_chat_service_that_is_there_is_guarded(string? key)
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = Governed(build: builder =>
            builder.Services.AddKeyedTransient(key, (_, _) => new LoopModel().AsChatCompletionService())
        );

        await kernel.GetRequiredService<IChatCompletionService>(key).GetChatMessageContentAsync(Canary);

        Assert.That(Told, Has.None.Contain("guarded"));
    }

    [Test]
    public async Task A_service_that_comes_by_its_type_is_guarded()
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = Governed(build: builder => builder.Services.AddSingleton<IChatClient, PlainModel>());

        await kernel.GetRequiredService<IChatClient>().GetResponseAsync(Canary);
    }

    [Test]
    public async Task A_chat_service_over_a_guarded_client_is_charged_once()
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = Governed(build: builder =>
            builder
                .Services.AddSingleton<IChatClient>(new LoopModel())
                .AddSingleton(services => services.GetRequiredService<IChatClient>().AsChatCompletionService())
        );

        await kernel.GetRequiredService<IChatCompletionService>().GetChatMessageContentAsync(Canary);
    }

    [Test]
    public async Task A_client_over_a_guarded_chat_service_is_charged_once()
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = Governed(build: builder =>
            builder
                .Services.AddSingleton(new LoopModel().AsChatCompletionService())
                .AddSingleton(services => services.GetRequiredService<IChatCompletionService>().AsChatClient())
        );

        await kernel.GetRequiredService<IChatClient>().GetResponseAsync(Canary);
    }

    [Test]
    public async Task A_client_with_a_guard_keeps_it()
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = Governed(
            options => options.Chat.Prices.Add("m", 1_000, 1_000),
            builder =>
                builder.Services.AddSingleton(
                    new LoopModel().WithCycles(Cycles, options => options.Prices.Add("m", 1, 2))
                )
        );

        await kernel.GetRequiredService<IChatClient>().GetResponseAsync(Canary);
    }

    [Test]
    public void The_builder_tells_of_what_comes_later()
    {
        var builder = Builder().AddCycles(options => Configure(options, null), Cycles);
        builder.Services.AddKeyedSingleton<IChatClient>("late", new LoopModel());
        builder.Services.AddSingleton(new LoopModel().AsChatCompletionService());

        builder.Build();

        Assert.That(
            Told,
            Is.EqualTo([
                "301 The service IChatClient (key 'late') was registered after AddCycles, which does not guard it. Register it before, or guard it with WithCycles ",
                "301 The service IChatCompletionService (key '(null)') was registered after AddCycles, which does not guard it. Register it before, or guard it with WithCycles ",
            ])
        );
    }

    [TestCase(false)]
    [TestCase(true)]
    public void The_builder_tells_of_a_text_service_that_would_answer_prompts(bool besideClient)
    {
        var builder = Builder();
        builder.Services.AddSingleton<ITextGenerationService>(_ => throw new InvalidOperationException("not made"));
        if (besideClient)
        {
            builder.Services.AddSingleton<IChatClient>(new LoopModel());
        }

        builder.AddCycles(cycles: Cycles).Build();

        Assert.That(Told, Has.Exactly(1).Items.And.Some.StartsWith("306"));
    }

    [Test]
    public void A_text_service_beside_a_chat_service_is_not_told_of()
    {
        var builder = Builder().AddOpenAIChatCompletion("m", "not-a-key");

        builder.AddCycles(cycles: Cycles).Build();

        Assert.That(Told, Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_kernel_that_exists_tells_of_a_text_service_which_is_no_chat_service_too(bool isBoth)
    {
        var builder = Builder();
        if (isBoth)
        {
            builder.AddOpenAIChatCompletion("m", "not-a-key");
        }
        else
        {
            builder.Services.AddKeyedSingleton<ITextGenerationService>("text", new PlainText());
        }

        builder.Build().AddCycles(Cycles);

        Assert.That(
            Told.Where(told => told.StartsWith("306", StringComparison.Ordinal)),
            isBoth ? Is.Empty : Has.Exactly(1).Contains("'PlainText' is not guarded")
        );
    }

    [Test]
    public void A_kernel_that_exists_tells_of_what_has_no_guard()
    {
        var builder = Builder();
        builder.Services.AddKeyedSingleton<IChatClient>("keyed", new LoopModel());
        builder.Services.AddSingleton(new LoopModel().WithCycles(Cycles));
        builder.Services.AddSingleton(new LoopModel().AsChatCompletionService());

        builder.Build().AddCycles(Cycles);

        Assert.That(
            Told.Where(told => told.StartsWith("302", StringComparison.Ordinal)).Select(told => told.Split(' ')[4]),
            Is.EqualTo(["LoopModel", "ChatClientChatCompletionService"])
        );
    }

    [Test]
    public async Task A_kernel_function_in_a_plain_request_is_told_of()
    {
        Spends(microcents: 2 * LoopModel.Cost);
        var model = new LoopModel(["Crm_find"]) { Arguments = { ["secret"] = Canary } };
        var kernel = Governed(build: builder =>
            builder
                .Services.AddSingleton(Cycles)
                .AddChatClient(model)
                .UseFunctionInvocation()
                .UseCycles(configure: options => options.Prices.Add("m", 1, 2))
        );

        var options = new ChatOptions { Tools = [kernel.Plugins["Crm"]["find"]] };
        await kernel.GetRequiredService<IChatClient>().GetResponseAsync(Canary, options);
        await kernel.GetRequiredService<IChatClient>().GetResponseAsync(Canary, new ChatOptions());

        Assert.Multiple(() =>
        {
            Assert.That(Crm.Ran, Is.EqualTo(["find"]), "past the filters");
            Assert.That(Told.Where(told => told.StartsWith("304", StringComparison.Ordinal)), Has.Exactly(1).Items);
            Assert.That(Told, Has.Some.Contain("The function 'Crm.find' is offered to a model as a plain AIFunction"));
            Assert.That(Told, Has.Some.StartsWith("303"), "and so is the loop that calls it");
        });
        Spends(microcents: 3 * LoopModel.Cost);
    }

    [TestCase("Crm.find")]
    [TestCase("Crm-find")]
    [TestCase("Crm_find")]
    public async Task A_kernel_function_with_a_guard_of_its_own_has_its_one_name_there_too(string entry)
    {
        Spends(points: 7 + 7, microcents: 2 * LoopModel.Cost);
        var kernel = Governed(build: builder =>
            builder
                .Services.AddSingleton(Cycles)
                .AddChatClient(new LoopModel(["Crm_find", "Crm_priced"]) { Arguments = { ["secret"] = Canary } })
                .UseCyclesTools(configure: policy => policy["Crm_priced"].Estimate = Amount.RiskPoints(7))
                .UseFunctionInvocation()
                .UseCycles(configure: options => options.Prices.Add("m", 1, 2))
        );
        var policy = new ToolPolicy();
        policy[entry].Estimate = Amount.RiskPoints(7);

        await kernel
            .GetRequiredService<IChatClient>()
            .GetResponseAsync(
                Canary,
                new ChatOptions
                {
                    Tools = [kernel.Plugins["Crm"]["find"].WithCycles(Cycles, policy), kernel.Plugins["Crm"]["priced"]],
                }
            );

        Assert.That(Reserved, Is.EqualTo(["m", "Crm.find", "Crm.priced", "m"]));
        Assert.That(policy.Unconfigured, Is.Empty);
    }

    [Test]
    public void It_has_that_name_before_the_kernel_is_built_too()
    {
        ToolNames.Framework = null; // As at the start of a process.
        Builder().AddCycles();
        var function = KernelPluginFactory.CreateFromObject(Crm, "Crm")["priced"];

        Assert.That(((CyclesAIFunction)function.WithCycles(Cycles)).Action.Name, Is.EqualTo("Crm.priced"));
    }

    [Test]
    public async Task A_loop_that_is_not_the_kernels_is_told_of()
    {
        Spends(microcents: LoopModel.Cost);
        var kernel = Governed(build: builder =>
            builder.Services.AddSingleton(new LoopModel().AsBuilder().UseFunctionInvocation().Build())
        );

        await kernel.GetRequiredService<IChatClient>().GetResponseAsync(Canary);

        Assert.That(Told, Has.Some.StartsWith("303"));
    }

    [Test]
    public void A_loop_of_the_kernels_that_UseCyclesTools_cannot_guard_is_refused_when_it_is_built() =>
        Assert.That(
            () => new LoopModel().AsBuilder().UseCyclesTools(Cycles).UseKernelFunctionInvocation().Build(),
            Throws.InvalidOperationException.With.Message.Contains("call AddCycles")
        );

    [TestCase(true)]
    [TestCase(false)]
    public void The_container_disposes_what_it_made_and_nothing_else(bool isGiven)
    {
        var model = new LoopModel();
        var kernel = Governed(build: builder =>
            _ = isGiven
                ? builder.Services.AddSingleton<IChatClient>(model)
                : builder.Services.AddSingleton<IChatClient>(_ => model)
        );
        _ = kernel.GetRequiredService<IChatClient>();

        ((IDisposable)kernel.Services).Dispose();

        Assert.That(model.IsDisposed, Is.EqualTo(!isGiven));
    }

    [Test]
    public async Task The_client_comes_from_the_container_unless_it_is_given()
    {
        Spends(points: 10);
        var builder = Builder();
        builder.Services.AddSingleton(Cycles);

        await builder.AddCycles(options => Configure(options, null)).Build().InvokeAsync("Crm", "find", Secret);

        Assert.That(() => Builder().AddCycles().Build(), Throws.InvalidOperationException);
    }

    [Test]
    public async Task A_kernel_of_an_application_is_governed()
    {
        Spends(points: 10, microcents: LoopModel.Cost);
        var services = new ServiceCollection().AddSingleton(Loggers).AddSingleton(Cycles);
        services.AddSingleton<IChatClient>(new LoopModel());
        services.AddKernel().AddCycles(options => Configure(options, null)).Plugins.AddFromObject(Crm, "Crm");
        await using var provider = services.BuildServiceProvider();
        var kernel = provider.GetRequiredService<Kernel>();

        await kernel.InvokeAsync("Crm", "find", Secret);
        await kernel.GetRequiredService<IChatClient>().GetResponseAsync(Canary);
    }

    private sealed class PlainModel() : DelegatingChatClient(new LoopModel());

    private sealed class PlainText : ITextGenerationService
    {
        public IReadOnlyDictionary<string, object?> Attributes => new Dictionary<string, object?>();

        public Task<IReadOnlyList<Microsoft.SemanticKernel.TextContent>> GetTextContentsAsync(
            string prompt,
            PromptExecutionSettings? executionSettings = null,
            Kernel? kernel = null,
            CancellationToken cancellationToken = default
        ) => Task.FromResult<IReadOnlyList<Microsoft.SemanticKernel.TextContent>>([new("done")]);

        public IAsyncEnumerable<StreamingTextContent> GetStreamingTextContentsAsync(
            string prompt,
            PromptExecutionSettings? executionSettings = null,
            Kernel? kernel = null,
            CancellationToken cancellationToken = default
        ) => AsyncEnumerable.Empty<StreamingTextContent>();
    }
}
