using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// Asks before every model call: holds an estimate, keeps the call within the authority's caps, and commits what the
/// model's usage really cost.
/// </summary>
/// <remarks>
/// <para>
/// Its place is below the function-invoking client, so that each turn has a hold of its own, below a cache, so that hits
/// are free, and above retries: <c>builder.UseFunctionInvocation().UseDistributedCache().UseCycles()</c>. Above a
/// function-invoking client or a cache it warns. Where another one is further down, and does more than watch, this one
/// warns and passes every call through. Where something that cannot be looked into, as a router, hands a guarded call's
/// messages on to another guard, that one warns and passes the call through: the outer one charges what it reports. A
/// copy of the messages is another call.
/// </para>
/// <para>
/// A denied call throws <see cref="BudgetDeniedException"/>, a stream from its first <c>MoveNextAsync</c>. Where a denied
/// tool ended the loop (<see cref="DenialMode.Terminate"/>) it answers with nothing, and nobody is asked. A call that
/// throws gives its hold back. A settlement that fails never hides a reply. A poll with a
/// <see cref="ChatOptions.ContinuationToken"/> belongs to a call that was charged when it began, and passes through; that
/// call's caps go with the token.
/// </para>
/// <para>
/// A stream is passed on update by update and settled when its enumeration ends, early or not; a consumer that stops at
/// the finish reason waits up to 2 s for the usage behind it. An enumerator that is never disposed leaves its hold to
/// the TTL. No content reaches the authority or a log.
/// </para>
/// <para>Thread-safe as far as the client below is.</para>
/// </remarks>
public sealed class CyclesChatClient : DelegatingChatClient
{
    private readonly CyclesChatOptions _options;
    private readonly ModelCalls _calls;
    private readonly ChatTurns _turns;
    private readonly CyclesChatClient? _below;

    /// <summary>A guard in front of a client.</summary>
    /// <param name="innerClient">Who answers. Disposed with the guard.</param>
    /// <param name="cycles">Who asks. Stays the caller's.</param>
    /// <param name="options">What to do; read once. Null for the defaults, which deny every call for want of prices.</param>
    /// <exception cref="ArgumentNullException">A client is null.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it and its bounds.</exception>
    public CyclesChatClient(IChatClient innerClient, CyclesClient cycles, CyclesChatOptions? options = null)
        : base(innerClient)
    {
        ArgumentNullException.ThrowIfNull(cycles);
        _options = (options ?? new CyclesChatOptions()).Copy();
        _calls = new ModelCalls(cycles, _options);
        var defaultModel = innerClient.GetService<ChatClientMetadata>()?.DefaultModelId ?? ModelCalls.UnknownModel;
        _turns = new ChatTurns(_options, _calls, defaultModel, innerClient);
        _below = innerClient.GetService<CyclesChatClient>();
        if (IsLeftBelow())
        {
            return;
        }

        var below = _options.Fallbacks.Select(fallback => fallback.Client).OfType<IChatClient>().Prepend(innerClient);
        if (below.Any(client => client.GetService<FunctionInvokingChatClient>() is not null))
        {
            AdapterLog.GuardOutsideLoop(_calls.Log);
        }

        if (below.Any(client => client.GetService<CachingChatClient>() is not null))
        {
            AdapterLog.GuardOutsideCache(_calls.Log);
        }
    }

    /// <inheritdoc />
    /// <exception cref="BudgetDeniedException">The budget said no, or a rule of the guard; the model was not called.</exception>
    /// <exception cref="CyclesException">The reserve failed otherwise; the model was not called.</exception>
    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        return PassesThrough(messages) ? base.GetResponseAsync(messages, options, cancellationToken)
            : options?.ContinuationToken is not null ? PollAsync(messages, options, cancellationToken)
            : ToolLoop.HasEnded(messages) ? Task.FromResult(new ChatResponse())
            : GuardedAsync(messages, options, cancellationToken);
    }

    /// <inheritdoc />
    /// <remarks>Nothing is held before the first <c>MoveNextAsync</c>; each enumeration has a hold of its own.</remarks>
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        return PassesThrough(messages) ? base.GetStreamingResponseAsync(messages, options, cancellationToken)
            : options?.ContinuationToken is not null ? PollStreamAsync(messages, options, cancellationToken)
            : ToolLoop.HasEnded(messages) ? NoUpdates()
            : GuardedStream.RunAsync(
                token => BeginStreamAsync(messages, options, token),
                _calls.Time,
                cancellationToken
            );
    }

    /// <summary>What a call of a model is to the authority, unless somebody says otherwise.</summary>
    internal static CyclesAction ActionOf(string model) => new("llm.completion", model);

    private async Task<ChatResponse> GuardedAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        CancellationToken cancellationToken
    )
    {
        var sent = Materialised(messages);
        OuterCall.TakeOver(sent);
        var input = _calls.Tokens.Of(sent, options);
        var (call, granted, client) = await _turns.BeginAsync(input, options, cancellationToken).ConfigureAwait(false);
        ChatResponse? response;
        try
        {
            _calls.Outer(sent, call).Enter();
            response = await client.GetResponseAsync(sent, granted, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await call.ReleaseAsync("action_failed").ConfigureAwait(false);
            throw;
        }

        // The model has run: whatever a reply is made of, and throws, its cost is settled.
        var meter = NewMeter(input);
        try
        {
            meter.Add(response);
            NewTurn(call, options, granted, client).Add(response);
        }
        finally
        {
            await meter.CommitAsync(call).ConfigureAwait(false);
        }

        return response!;
    }

    private async ValueTask<StreamCall<ChatResponseUpdate>> BeginStreamAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        CancellationToken cancellationToken
    )
    {
        var sent = Materialised(messages);
        OuterCall.TakeOver(sent);
        var input = _calls.Tokens.Of(sent, options);
        var (call, granted, client) = await _turns.BeginAsync(input, options, cancellationToken).ConfigureAwait(false);
        return new ChatStreamCall(
            call,
            NewTurn(call, options, granted, client),
            _calls.Outer(sent, call),
            token => client.GetStreamingResponseAsync(sent, granted, token),
            NewMeter(input),
            _options.BrokenStreams
        );
    }

    private ChatMeter NewMeter(long inputTokens) =>
        new(_calls.Tokens, inputTokens, _options.UsageAggregation, _calls.Log);

    private static async IAsyncEnumerable<ChatResponseUpdate> NoUpdates()
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield break;
    }

    private bool PassesThrough(IEnumerable<ChatMessage> messages) =>
        IsLeftBelow() || _calls.IsCovered(messages, nameof(CyclesChatClient));

    private bool IsLeftBelow() => _calls.AreLeftTo(_below?._calls, nameof(CyclesChatClient));

    private async Task<ChatResponse> PollAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions options,
        CancellationToken cancellationToken
    )
    {
        var turn = TurnOf(options);
        var response = await turn
            .Client.GetResponseAsync(messages, turn.Options(options), cancellationToken)
            .ConfigureAwait(false);
        turn.Add(response);
        return response;
    }

    private async IAsyncEnumerable<ChatResponseUpdate> PollStreamAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var turn = TurnOf(options);
        var updates = turn.Client.GetStreamingResponseAsync(messages, turn.Options(options), cancellationToken);
        await foreach (var update in updates.ConfigureAwait(false))
        {
            turn.Add(update);
            yield return update;
        }
    }

    private static PolledTurn NewTurn(ModelCall call, ChatOptions? asked, ChatOptions? granted, IChatClient client) =>
        new(client, granted?.ModelId == asked?.ModelId ? null : granted!.ModelId, call.Caps);

    /// <summary>The turn that a poll goes on with: where a fallback of this guard gave the token, that one knows it.</summary>
    private PolledTurn TurnOf(ChatOptions options)
    {
        var turns = PolledTurn.Of(options);
        return turns.LastOrDefault(turn =>
                turn.Client == InnerClient || _options.Fallbacks.Any(fallback => fallback.Client == turn.Client)
            ) ?? new PolledTurn(InnerClient, null, turns.LastOrDefault(turn => turn.Caps is not null)?.Caps);
    }

    /// <summary>Estimating and calling both read them, and they may come from anywhere.</summary>
    private static IList<ChatMessage> Materialised(IEnumerable<ChatMessage> messages) =>
        messages as List<ChatMessage> ?? messages as ChatMessage[] ?? (IList<ChatMessage>)[.. messages];
}
