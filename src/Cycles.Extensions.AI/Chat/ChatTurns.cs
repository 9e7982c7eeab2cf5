using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// Asks for a model turn: for the model that the caller wants, then for its fallbacks, and in a run at last for what the
/// run keeps aside.
/// </summary>
internal sealed class ChatTurns(CyclesChatOptions options, ModelCalls calls, string defaultModel, IChatClient client)
{
    /// <exception cref="BudgetDeniedException">None of them may be asked.</exception>
    public async ValueTask<ChatTurn> BeginAsync(
        long inputTokens,
        ChatOptions? asked,
        CancellationToken cancellationToken
    )
    {
        var run = CyclesRun.Current;
        if (run is null)
        {
            var (free, no) = await TryEachAsync(inputTokens, asked, isLast: false, cancellationToken)
                .ConfigureAwait(false);
            return free ?? throw new BudgetDeniedException(no[^1]);
        }

        if (calls.Shadow is { } shadow)
        {
            return await BeginShadowedAsync(run, shadow, inputTokens, asked, cancellationToken).ConfigureAwait(false);
        }

        var (spent, isLast) = await run.Limits.Steps.TryTakeAsync(cancellationToken).ConfigureAwait(false);
        if (spent is not null)
        {
            var none = NoStepsLeft(spent, asked);
            spent.EndedBy(none);
            throw Ended(run, none);
        }

        var began = false;
        try
        {
            var (turn, denials) = await TryEachAsync(inputTokens, asked, isLast, cancellationToken)
                .ConfigureAwait(false);
            turn ??= await TryLastAsync(run, inputTokens, asked, denials).ConfigureAwait(false);
            began = turn is not null;
            return turn ?? throw Ended(run, denials[^1]);
        }
        finally
        {
            if (!began)
            {
                run.Limits.Steps.GiveBack();
            }
        }
    }

    /// <summary>Gives a turn back whose model was not asked after all: its hold, and its step of the run.</summary>
    public static async ValueTask GiveBackAsync(ModelCall call)
    {
        await call.RefuseAsync("action_failed").ConfigureAwait(false);
        CyclesRun.Current?.Limits.Steps.GiveBack();
    }

    /// <summary>Nothing stops it, also not the run's own limit.</summary>
    private async ValueTask<ChatTurn> BeginShadowedAsync(
        CyclesRun run,
        ShadowReport shadow,
        long inputTokens,
        ChatOptions? asked,
        CancellationToken cancellationToken
    )
    {
        if (run.Limits.Steps.Take() is not { } spent)
        {
            var (turn, denials) = await TryEachAsync(inputTokens, asked, isLast: false, cancellationToken)
                .ConfigureAwait(false);
            turn?.Call.IsStep = true;
            return turn ?? throw new BudgetDeniedException(denials[^1]);
        }

        var call = calls.BeginUnheld(
            shadow,
            NoStepsLeft(spent, asked),
            ModelOf(asked),
            ActionOf(asked),
            run.SubjectOf(SubjectOf(asked)),
            Expected(inputTokens, asked)
        );
        call.IsStep = true;
        return new ChatTurn(call, asked, client);
    }

    /// <returns>A turn, or a denial of each model.</returns>
    private async ValueTask<(ChatTurn? Turn, IReadOnlyList<Denial> Denials)> TryEachAsync(
        long inputTokens,
        ChatOptions? asked,
        bool isLast,
        CancellationToken cancellationToken
    )
    {
        List<Denial>? denials = null;
        for (var i = -1; i < options.Fallbacks.Count; i++)
        {
            var (candidate, answers) = Candidate(i, asked);
            var (call, denial) = await TryAsync(inputTokens, candidate, cancellationToken).ConfigureAwait(false);
            if (call is null)
            {
                (denials ??= []).Add(denial!);
                continue;
            }

            if (isLast)
            {
                call.Caps = (call.Caps ?? new Caps()) with { MaxStepsRemaining = 0 };
            }

            return (await CappedAsync(call, candidate, answers).ConfigureAwait(false), []);
        }

        return (null, denials!);
    }

    private async ValueTask<(ModelCall? Call, Denial? Denial)> TryAsync(
        long inputTokens,
        ChatOptions? asked,
        CancellationToken cancellationToken
    )
    {
        var model = ModelOf(asked);
        var action = ActionOf(asked);
        var (call, denial) = await calls
            .TryBeginAsync(model, action, SubjectOf(asked), Expected(inputTokens, asked), cancellationToken)
            .ConfigureAwait(false);
        if (call is null)
        {
            return (null, denial);
        }

        CyclesRun.Current?.Limits.Note(call.Caps);
        return Excluded(call.Caps, model) is { } reason
            ? (null, await calls.RefuseAsync(call, action, reason).ConfigureAwait(false))
            : (call, null);
    }

    /// <summary>
    /// An exhausted run still answers, without tools, with the first model that what it keeps pays well enough. Not where
    /// any of the denials forbids more than what its model would have cost.
    /// </summary>
    private async ValueTask<ChatTurn?> TryLastAsync(
        CyclesRun run,
        long inputTokens,
        ChatOptions? asked,
        IReadOnlyList<Denial> denials
    )
    {
        var exhaustion = denials.LastOrDefault(denial => IsExhaustion(denial.ReasonCode));
        if (
            exhaustion is null
            || denials.Any(denial => !IsExhaustion(denial.ReasonCode) && !IsOfModel(denial.ReasonCode))
        )
        {
            return null;
        }

        var wanted = ChatCaps.BoundOf(asked) ?? options.DefaultOutputTokens;
        var (best, bestTokens) = (-1, 0L);
        for (var i = -1; i < options.Fallbacks.Count && bestTokens < wanted; i++)
        {
            var (candidate, _) = Candidate(i, asked);
            var model = ModelOf(candidate);
            var isExcluded =
                IsOfModel(denials[i + 1].ReasonCode)
                || (Excluded(run.Limits.Caps, model) ?? Excluded(run.Opening.KeptCaps, model)) is not null;
            if (!isExcluded)
            {
                var tokens = calls.TokensKeptBy(run, SubjectOf(candidate), model, inputTokens);
                (best, bestTokens) = tokens > bestTokens ? (i, tokens) : (best, bestTokens);
            }
        }

        var (chosen, answers) = Candidate(best, asked);
        return
            bestTokens > 0
            && calls.TryBeginLast(
                run,
                SubjectOf(chosen),
                ModelOf(chosen),
                ActionOf(chosen),
                bestTokens,
                exhaustion.ReasonCode
            )
                is { } call
            ? await CappedAsync(call, chosen, answers).ConfigureAwait(false)
            : null;
    }

    /// <summary>Options and tools are the caller's own, and may throw when they are cloned or asked.</summary>
    private static async ValueTask<ChatTurn> CappedAsync(ModelCall call, ChatOptions? asked, IChatClient answers)
    {
        try
        {
            return new ChatTurn(call, ChatCaps.Apply(call.Caps, asked), answers);
        }
        catch
        {
            await call.RefuseAsync("action_failed").ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The model that the caller wants is number -1.</summary>
    private (ChatOptions? Options, IChatClient Client) Candidate(int number, ChatOptions? asked)
    {
        if (number < 0)
        {
            return (asked, client);
        }

        var fallback = options.Fallbacks[number];
        var other = asked?.Clone() ?? new ChatOptions();
        other.ModelId = fallback.Model;
        return (other, fallback.Client ?? client);
    }

    private Subject? SubjectOf(ChatOptions? asked) =>
        options.ResolveSubject?.Invoke(asked)?.FilledFrom(options.Subject) ?? options.Subject;

    private TokenCounts Expected(long inputTokens, ChatOptions? asked) =>
        new(inputTokens, 0, ChatCaps.BoundOf(asked) ?? options.DefaultOutputTokens);

    private string ModelOf(ChatOptions? asked) => asked?.ModelId is { Length: > 0 } named ? named : defaultModel;

    private CyclesAction ActionOf(ChatOptions? asked) =>
        options.ResolveAction?.Invoke(asked) ?? options.Action ?? CyclesChatClient.ActionOf(ModelOf(asked));

    private Denial NoStepsLeft(CyclesRun run, ChatOptions? asked) =>
        calls.Denied(
            ActionOf(asked).Name,
            LocalReasons.NoStepsLeft,
            $"The run '{run.Name}' has taken its {run.Limits.Steps.Count} steps.",
            new Amount(options.Unit, 0)
        );

    private static BudgetDeniedException Ended(CyclesRun run, Denial denial)
    {
        run.EndedBy(denial);
        return new BudgetDeniedException(denial);
    }

    private static ReasonCode? Excluded(Caps? caps, string model) =>
        caps?.MaxTokens is 0 ? LocalReasons.NoTokensLeft
        : ModelCalls.Excludes(caps, model) ? LocalReasons.ModelNotAllowed
        : null;

    /// <summary>Used up, and not forbidden: a frozen or closed budget means that nothing more is to happen.</summary>
    private static bool IsExhaustion(ReasonCode reason) =>
        reason == ReasonCode.BudgetExceeded
        || reason == ReasonCode.OverdraftLimitExceeded
        || reason == ReasonCode.DebtOutstanding
        || reason == LocalReasons.RunHoldSpent;

    /// <summary>It says something about one model, and nothing about the others.</summary>
    private static bool IsOfModel(ReasonCode reason) =>
        reason == LocalReasons.ModelUnpriced || reason == LocalReasons.ModelNotAllowed;
}
