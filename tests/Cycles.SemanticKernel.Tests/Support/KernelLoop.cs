using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;

namespace Cycles.SemanticKernel.Tests;

/// <summary>One of the two loops that call a kernel's functions by themselves, with a scripted model behind it.</summary>
public abstract class KernelLoop : IAsyncDisposable
{
    private readonly PromptExecutionSettings _settings;
    private readonly List<ChatHistory> _histories = [];

    protected KernelLoop(PromptExecutionSettings settings) => _settings = settings;

    /// <summary>How often the model was asked.</summary>
    public abstract int Turns { get; }

    /// <summary>What the model was offered, turn by turn, by canonical name.</summary>
    public abstract IReadOnlyList<IReadOnlyList<string>> Offered { get; }

    /// <summary>All that the model was sent, and what the histories held in the end.</summary>
    public IReadOnlyList<string> Read => [.. Sent, .. _histories.Select(history => JsonSerializer.Serialize(history))];

    /// <summary>How the loop spells a plugin's function to the model.</summary>
    public abstract char Separator { get; }

    protected abstract IEnumerable<string> Sent { get; }

    public abstract void Register(IKernelBuilder builder);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Asks; what comes back is all that the model could read in the end, the answer last.</summary>
    public async Task<IReadOnlyList<ChatMessageContent>> AskAsync(
        Kernel kernel,
        ChatHistory? history = null,
        CancellationToken cancellationToken = default
    )
    {
        history ??= [];
        _histories.Add(history);
        history.AddUserMessage("canary-9b2e");
        var answer = await kernel
            .GetRequiredService<IChatCompletionService>()
            .GetChatMessageContentAsync(history, _settings, kernel, cancellationToken);
        return [.. history, answer];
    }

    public async Task<string> StreamAsync(Kernel kernel, ChatHistory? history = null)
    {
        history ??= [];
        _histories.Add(history);
        history.AddUserMessage("canary-9b2e");
        var texts = await kernel
            .GetRequiredService<IChatCompletionService>()
            .GetStreamingChatMessageContentsAsync(history, _settings, kernel)
            .Select(item => item.Content)
            .ToListAsync();
        return string.Concat(texts);
    }

    public static async Task<KernelLoop> MakeAsync(LoopKind kind, bool concurrent, params string[][] turns)
    {
        var settings = new OpenAIPromptExecutionSettings
        {
            FunctionChoiceBehavior = FunctionChoiceBehavior.Auto(
                options: new() { AllowConcurrentInvocation = concurrent, AllowParallelCalls = true }
            ),
        };
        return kind == LoopKind.ChatClient
            ? new ChatClientLoop(settings, concurrent, turns)
            : new ConnectorLoop(
                settings,
                await OpenAIHost.StartAsync("""{"secret":"canary-9b2e"}""", Spelled(turns, '-'))
            );
    }

    private static string[][] Spelled(string[][] turns, char separator) =>
        [.. turns.Select(turn => turn.Select(name => name.Replace('.', separator)).ToArray())];

    private sealed class ChatClientLoop(PromptExecutionSettings settings, bool concurrent, string[][] turns)
        : KernelLoop(settings)
    {
        private readonly LoopModel _model = new(Spelled(turns, '_')) { Arguments = { ["secret"] = "canary-9b2e" } };

        public override int Turns => _model.Calls;

        public override IReadOnlyList<IReadOnlyList<string>> Offered => _model.Offered;

        public override char Separator => '_';

        protected override IEnumerable<string> Sent =>
            _model.Sent.Select(messages => JsonSerializer.Serialize(messages));

        public override void Register(IKernelBuilder builder) =>
            builder.Services.AddSingleton<IChatCompletionService>(services =>
            {
                var client = _model
                    .AsBuilder()
                    .UseKernelFunctionInvocation()
                    .UseCycles(
                        services.GetRequiredService<CyclesClient>(),
                        options => options.Prices.Add("m", inputUsdPerMillion: 1, outputUsdPerMillion: 2)
                    )
                    .Build(services);
                client.GetService<FunctionInvokingChatClient>()!.AllowConcurrentInvocation = concurrent;
                return client.AsChatCompletionService();
            });
    }

    private sealed class ConnectorLoop(PromptExecutionSettings settings, OpenAIHost host) : KernelLoop(settings)
    {
        public override int Turns => host.Asked.Count;

        public override IReadOnlyList<IReadOnlyList<string>> Offered => host.Offered;

        public override char Separator => '-';

        protected override IEnumerable<string> Sent => host.Asked;

        public override void Register(IKernelBuilder builder) => builder.AddOpenAIChatCompletion("m", host.Client());

        public override async ValueTask DisposeAsync()
        {
            await host.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
