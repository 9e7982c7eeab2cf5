using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Services;

namespace Cycles.SemanticKernel;

/// <summary>
/// Asks before each call of a chat service, and commits the price of the usage that its message reports. Where the
/// service calls functions by itself, only the last turn comes out: then the estimate is committed, marked.
/// </summary>
/// <remarks>
/// Whether it did shows in the results that such a loop adds to the history, and in nothing else that all services have
/// in common.
/// </remarks>
internal sealed class CyclesChatCompletionService : IChatCompletionService, IDisposable
{
    private const string DeploymentName = "DeploymentName";

    private readonly IChatCompletionService _service;
    private readonly CyclesChatOptions _options;
    private readonly ModelCalls _calls;
    private readonly ChatTurns _turns;
    private readonly IChatClient _client;
    private readonly ILogger _log;
    private int _toldHiddenTurns;

    /// <exception cref="ArgumentException">An option is out of range, or no option for a chat service.</exception>
    public CyclesChatCompletionService(
        IChatCompletionService service,
        CyclesClient cycles,
        CyclesChatOptions options,
        ILogger log
    )
    {
        if (options.Fallbacks.Any(fallback => fallback.Client is null))
        {
            throw new ArgumentException(
                "CyclesChatOptions.Fallbacks must each have a client: a chat service answers for its own model alone.",
                nameof(options)
            );
        }

        KernelTool.NameTools();
        _service = service;
        _options = options.Copy();
        _calls = new ModelCalls(cycles, _options);
        _client = service.AsChatClient();
        _turns = new ChatTurns(_options, _calls, ModelCalls.UnknownModel, _client);
        _log = log;
    }

    public IReadOnlyDictionary<string, object?> Attributes => _service.Attributes;

    /// <summary>Whether the service is disposed with this; not where a container was given it ready.</summary>
    public bool OwnsService { get; init; } = true;

    public async Task<IReadOnlyList<ChatMessageContent>> GetChatMessageContentsAsync(
        ChatHistory chatHistory,
        PromptExecutionSettings? executionSettings = null,
        Kernel? kernel = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(chatHistory);
        if (IsCovered(chatHistory))
        {
            return await _service
                .GetChatMessageContentsAsync(chatHistory, executionSettings, kernel, cancellationToken)
                .ConfigureAwait(false);
        }

        var (call, service, settings) = await BeginAsync(chatHistory, executionSettings, kernel, cancellationToken)
            .ConfigureAwait(false);
        IReadOnlyList<ChatMessageContent> contents;
        try
        {
            _calls.Outer(chatHistory, call.Call).Enter();
            contents = await service
                .GetChatMessageContentsAsync(chatHistory, settings, kernel, cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            await call.EndAsync(StreamEnd.Failed).ConfigureAwait(false);
            throw;
        }

        try
        {
            call.Observe(contents);
        }
        finally
        {
            await call.EndAsync(StreamEnd.Completed).ConfigureAwait(false);
        }

        return contents;
    }

    public IAsyncEnumerable<StreamingChatMessageContent> GetStreamingChatMessageContentsAsync(
        ChatHistory chatHistory,
        PromptExecutionSettings? executionSettings = null,
        Kernel? kernel = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(chatHistory);
        if (IsCovered(chatHistory))
        {
            return _service.GetStreamingChatMessageContentsAsync(
                chatHistory,
                executionSettings,
                kernel,
                cancellationToken
            );
        }

        return GuardedStream.RunAsync<StreamingChatMessageContent>(
            async token =>
            {
                var (call, service, settings) = await BeginAsync(chatHistory, executionSettings, kernel, token)
                    .ConfigureAwait(false);
                return new ServiceStreamCall(
                    call,
                    _calls.Outer(chatHistory, call.Call),
                    token => service.GetStreamingChatMessageContentsAsync(chatHistory, settings, kernel, token)
                );
            },
            _calls.Time,
            cancellationToken
        );
    }

    public void Dispose()
    {
        if (OwnsService)
        {
            (_service as IDisposable)?.Dispose();
        }
    }

    /// <summary>Azure's connector knows its model as a deployment, unless it was told more.</summary>
    private string? OwnModel =>
        _service.GetModelId() is { Length: > 0 } model ? model
        : _service.Attributes?.GetValueOrDefault(DeploymentName) is string { Length: > 0 } deployment ? deployment
        : null;

    /// <summary>A loop goes on behind one hold: said once, because it is how the service is used.</summary>
    public void TellHiddenTurns(Amount estimate)
    {
        if (Interlocked.Exchange(ref _toldHiddenTurns, 1) == 0)
        {
            KernelLog.HiddenTurns(_log, _service.GetType().Name, estimate);
        }
    }

    private bool IsCovered(ChatHistory history) => _calls.IsCovered(history, nameof(CyclesChatCompletionService));

    private async ValueTask<(
        ServiceCall Call,
        IChatCompletionService Service,
        PromptExecutionSettings? Settings
    )> BeginAsync(
        ChatHistory history,
        PromptExecutionSettings? settings,
        Kernel? kernel,
        CancellationToken cancellationToken
    )
    {
        OuterCall.TakeOver(history);
        var choice = SettingsCaps.ChoiceOf(settings, history, kernel);
        var asked = new ChatOptions
        {
            // Settings name a model to select a service by; the service asks its own.
            ModelId = OwnModel ?? settings?.ModelId,
            MaxOutputTokens = SettingsCaps.MaxTokensOf(settings),
            Tools = choice?.Functions is { } functions ? [.. functions] : null,
        };
        var input = _calls.Tokens.Of(MeasuredHistory.Of(history), asked);
        var (call, granted, client) = await _turns.BeginAsync(input, asked, cancellationToken).ConfigureAwait(false);
        try
        {
            var capped = SettingsCaps.Apply(asked, granted, settings, choice);
            var meter = new ChatMeter(_calls.Tokens, input, _options.UsageAggregation, _calls.Log);
            return (
                new ServiceCall(this, call, meter, history, _options.BrokenStreams),
                ReferenceEquals(client, _client) ? _service : client.AsChatCompletionService(),
                capped
            );
        }
        catch
        {
            // Settings are the caller's own, and may throw when they are cloned.
            await ChatTurns.GiveBackAsync(call).ConfigureAwait(false);
            throw;
        }
    }
}
