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
/// Whether it did shows in the history, which such a loop extends, and in nothing else that all services have in common.
/// </remarks>
internal sealed class CyclesChatCompletionService : IChatCompletionService, IDisposable
{
    private readonly IChatCompletionService _service;
    private readonly CyclesChatOptions _options;
    private readonly ModelCalls _calls;
    private readonly ILogger _log;
    private int _toldHiddenTurns;

    public CyclesChatCompletionService(
        IChatCompletionService service,
        CyclesClient cycles,
        CyclesChatOptions options,
        ILogger log
    )
    {
        _service = service;
        _options = options.Copy();
        _calls = new ModelCalls(cycles, _options);
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
        var call = await BeginAsync(chatHistory, executionSettings, kernel, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ChatMessageContent> contents;
        try
        {
            contents = await _service
                .GetChatMessageContentsAsync(
                    chatHistory,
                    SettingsCaps.Apply(call.Caps, executionSettings, chatHistory, kernel),
                    kernel,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch
        {
            await call.EndAsync(StreamEnd.Failed).ConfigureAwait(false);
            throw;
        }

        call.Observe(contents);
        await call.EndAsync(StreamEnd.Completed).ConfigureAwait(false);
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
        return GuardedStream.RunAsync<StreamingChatMessageContent>(
            async token =>
            {
                var call = await BeginAsync(chatHistory, executionSettings, kernel, token).ConfigureAwait(false);
                return new ServiceStreamCall(
                    call,
                    token =>
                        _service.GetStreamingChatMessageContentsAsync(
                            chatHistory,
                            SettingsCaps.Apply(call.Caps, executionSettings, chatHistory, kernel),
                            kernel,
                            token
                        )
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

    /// <summary>A loop goes on behind one hold: said once, because it is how the service is used.</summary>
    public void TellHiddenTurns(Amount estimate)
    {
        if (Interlocked.Exchange(ref _toldHiddenTurns, 1) == 0)
        {
            KernelLog.HiddenTurns(_log, _service.GetType().Name, estimate);
        }
    }

    private async ValueTask<ServiceCall> BeginAsync(
        ChatHistory history,
        PromptExecutionSettings? settings,
        Kernel? kernel,
        CancellationToken cancellationToken
    )
    {
        var model =
            settings?.ModelId is { Length: > 0 } named ? named
            : _service.GetModelId() is { Length: > 0 } own ? own
            : ModelCalls.UnknownModel;
        var options = new ChatOptions
        {
            ModelId = model,
            MaxOutputTokens = SettingsCaps.MaxTokensOf(settings),
            Tools = SettingsCaps.FunctionsOf(settings, history, kernel),
        };
        var input = _calls.Tokens.Of(MeasuredHistory.Of(history), options);
        var action = _options.ResolveAction?.Invoke(options) ?? _options.Action ?? CyclesChatClient.ActionOf(model);
        var subject = _options.ResolveSubject?.Invoke(options)?.FilledFrom(_options.Subject) ?? _options.Subject;
        var expected = new TokenCounts(input, 0, options.MaxOutputTokens ?? _options.DefaultOutputTokens);
        var call = await _calls.BeginAsync(model, action, subject, expected, cancellationToken).ConfigureAwait(false);
        if (call.Caps?.MaxTokens is not 0)
        {
            var meter = new ChatMeter(_calls.Tokens, input, _options.UsageAggregation, _calls.Log);
            return new ServiceCall(this, call, meter, history, _options.BrokenStreams);
        }

        await call.RefuseAsync("no_tokens_left").ConfigureAwait(false);
        const string Message = "The authority allows no output tokens.";
        var denial = _calls.Denied(model, LocalReasons.NoTokensLeft, Message, call.Estimate);
        CyclesRun.Current?.EndedBy(denial);
        throw new BudgetDeniedException(denial);
    }
}
