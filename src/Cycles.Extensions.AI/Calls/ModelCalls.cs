using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>Asks for model calls, of chats and of embeddings alike: estimates, waits where it has to, and holds.</summary>
internal sealed class ModelCalls
{
    /// <summary>The name of a model that neither the call nor the provider names.</summary>
    public const string UnknownModel = "unknown";

    private readonly CyclesClient _cycles;
    private readonly CyclesModelOptions _options;
    private readonly Cooldowns _cooldowns;
    private Exception? _toldReloadError;
    private int _toldDuplicate;

    /// <summary>Over options that are checked, and a copy of its own.</summary>
    public ModelCalls(CyclesClient cycles, CyclesModelOptions options)
    {
        _cycles = cycles;
        _options = options;
        _cooldowns = Cooldowns.Of(cycles);
        Log = AdapterLog.Of(cycles, options.LoggerFactory);
        Time = options.TimeProvider ?? TimeProvider.System;
        Tokens = new ContentTokens(options.TokenEstimator, options.TokensPerAttachment);
    }

    public ILogger Log { get; }

    public TimeProvider Time { get; }

    public ContentTokens Tokens { get; }

    /// <summary>Where calls go in shadow mode; null outside it.</summary>
    public ShadowReport? Shadow => _options.Shadow ?? CyclesRun.Current?.Shadow ?? _cycles.Shadow;

    /// <summary>Holds for a model as the caller names it, and for what is expected before any safety factor.</summary>
    /// <exception cref="BudgetDeniedException">The authority said no, or a rule on this side.</exception>
    public async ValueTask<ModelCall> BeginAsync(
        string model,
        CyclesAction action,
        Subject? subject,
        TokenCounts expected,
        CancellationToken cancellationToken
    )
    {
        var (call, denial) = await TryBeginAsync(model, action, subject, expected, cancellationToken)
            .ConfigureAwait(false);
        if (call is not null && Excludes(call.Caps, model))
        {
            denial = await RefuseAsync(call, action, LocalReasons.ModelNotAllowed).ConfigureAwait(false);
            call = null;
        }

        if (call is null)
        {
            CyclesRun.Current?.EndedBy(denial!);
            throw new BudgetDeniedException(denial!);
        }

        return call;
    }

    /// <summary>
    /// Whether caps exclude a model by name. An allowlist is about tools; a model in it would say nothing about the others.
    /// </summary>
    public static bool Excludes(Caps? caps, string model) =>
        caps is { ToolAllowlist: null or { Count: 0 }, ToolDenylist: { } denied }
        && denied.Contains(model, StringComparer.Ordinal);

    /// <summary>Gives the hold of a call back that its caps do not leave, and says no.</summary>
    public async ValueTask<Denial> RefuseAsync(ModelCall call, CyclesAction action, ReasonCode reason)
    {
        await call.RefuseAsync("model_capped").ConfigureAwait(false);
        var message =
            reason == LocalReasons.NoTokensLeft
                ? "The authority allows no output tokens."
                : $"The authority's caps do not leave the model '{call.Model}'.";
        return Denied(action.Name, reason, message, call.Estimate);
    }

    /// <summary>As <see cref="BeginAsync"/>, where a denial is an answer and no exception.</summary>
    public async ValueTask<(ModelCall? Call, Denial? Denial)> TryBeginAsync(
        string model,
        CyclesAction action,
        Subject? subject,
        TokenCounts expected,
        CancellationToken cancellationToken
    )
    {
        TellReloadError();
        var cost = CostOf(model);
        var shadow = Shadow;
        subject = CyclesRun.Current?.SubjectOf(subject) ?? subject;
        if (cost.EstimateOf(expected) is not { } estimate)
        {
            var unpriced = Denied(
                action.Name,
                LocalReasons.ModelUnpriced,
                $"The model '{model}' has no price. Add one to the Prices of the guard, or choose UnpricedModels.",
                new Amount(_options.Unit, 0)
            );
            return shadow is null
                ? (null, unpriced)
                : (Unheld(shadow, unpriced, cost, action, subject, unpriced.Requested), null);
        }

        if (cost.IsUnpriced)
        {
            AdapterLog.Unpriced(Log, model, estimate);
        }

        if (
            shadow is null
            && await PauseAsync(action.Name, subject, estimate, cancellationToken).ConfigureAwait(false) is { } early
        )
        {
            return (null, early);
        }

        var request = new RunRequest(
            new RunCall(action.Name, estimate, IsTool: false),
            action,
            subject,
            Key: null,
            shadow
        );
        var (hold, denial) = await CallHold
            .TryReserveAsync(_cycles, request, Log, cancellationToken)
            .ConfigureAwait(false);
        if (hold is null)
        {
            return (null, denial);
        }

        _cooldowns.Note(subject, hold.Caps, Time);
        return (new ModelCall(this, hold, cost), null);
    }

    /// <summary>
    /// How many output tokens what a run keeps aside pays for, behind so much input; 0 for none, or where the run keeps
    /// nothing for this guard or this subject.
    /// </summary>
    public long TokensKeptBy(CyclesRun run, Subject? subject, string model, long inputTokens)
    {
        if (run.Opening.KeptFor(_cycles, run.SubjectOf(subject), _options.Unit) is not { } kept)
        {
            return 0;
        }

        // Whatever the prices and factors are, more tokens never cost less.
        var cost = CostOf(model);
        var (least, most) = (0L, (long)int.MaxValue);
        while (least < most)
        {
            var middle = least + (most - least + 1) / 2;
            var fits =
                cost.EstimateOf(new TokenCounts(inputTokens, 0, middle)) is { } estimate
                && estimate.Value <= kept.Value;
            (least, most) = fits ? (middle, most) : (least, middle - 1);
        }

        return least;
    }

    /// <summary>Takes what a run keeps aside, for a last call without tools; null when it is gone.</summary>
    public ModelCall? TryBeginLast(
        CyclesRun run,
        Subject? subject,
        string model,
        CyclesAction action,
        long maxTokens,
        ReasonCode reason
    )
    {
        if (
            run.Opening.KeptFor(_cycles, run.SubjectOf(subject), _options.Unit) is not { } kept
            || run.Opening.TryTakeKept(action, kept, reason, Log) is not { } hold
        )
        {
            return null;
        }

        var most = Math.Min(hold.Caps?.MaxTokens ?? maxTokens, run.Limits.Caps?.MaxTokens ?? maxTokens);
        return new ModelCall(this, hold, CostOf(model))
        {
            Caps = new Caps { MaxTokens = Math.Min(most, maxTokens), MaxStepsRemaining = 0 },
        };
    }

    /// <summary>A call that would have been refused on this side, in shadow mode.</summary>
    public ModelCall BeginUnheld(
        ShadowReport shadow,
        Denial denial,
        string model,
        CyclesAction action,
        Subject? subject,
        TokenCounts expected
    )
    {
        var cost = CostOf(model);
        var estimate = cost.EstimateOf(expected) ?? denial.Requested;
        return Unheld(shadow, denial with { Requested = estimate }, cost, action, subject, estimate);
    }

    /// <summary>What the guards that a call comes to further in know it by.</summary>
    public OuterCall Outer<T>(IList<T> sent, ModelCall call) => OuterCall.Of(sent, Shadow is null ? null : call);

    /// <summary>
    /// Whether a guard further down has the calls, so that this one passes them through: one that only watches has none that
    /// is to be charged.
    /// </summary>
    public bool AreLeftTo(ModelCalls? below, string guard)
    {
        if (below is null || (below.Shadow is not null && Shadow is null))
        {
            return false;
        }

        TellDuplicate(guard);
        return true;
    }

    /// <summary>Whether a guard around has this call, so that this one passes it through.</summary>
    public bool IsCovered<T>(IEnumerable<T> sent, string guard)
    {
        if (!OuterCall.Covers(sent, Shadow))
        {
            return false;
        }

        TellDuplicate(guard);
        return true;
    }

    /// <summary>This guard passes calls through, because another one has them: said once.</summary>
    private void TellDuplicate(string guard)
    {
        if (Interlocked.Exchange(ref _toldDuplicate, 1) == 0)
        {
            AdapterLog.DuplicateGuard(Log, guard);
        }
    }

    /// <summary>Says no on this side.</summary>
    public Denial Denied(string name, ReasonCode reason, string message, Amount requested, TimeSpan? retryAfter = null)
    {
        if (Shadow is null)
        {
            AdapterLog.DeniedHere(Log, name, reason);
            CyclesRun.Current?.Tally.Denied(new RunCall(name, requested, IsTool: false));
        }

        return new Denial
        {
            ReasonCode = reason,
            Message = message,
            Requested = requested,
            RetryAfter = retryAfter,
        };
    }

    private ModelCall Unheld(
        ShadowReport shadow,
        Denial denial,
        in ModelCost cost,
        CyclesAction action,
        Subject? subject,
        Amount estimate
    )
    {
        var call = new RunCall(action.Name, estimate, IsTool: false);
        CyclesRun.Current?.Tally.LetThrough(call);
        var unheld = new UnheldCall(
            shadow,
            new RunRequest(call, action, subject, Key: null, shadow),
            denial,
            Time,
            Log
        );
        return new ModelCall(this, new CallHold(unheld, Log), cost);
    }

    private ModelCost CostOf(string model) => new(_options, _options.Prices.Current, model);

    private async ValueTask<Denial?> PauseAsync(
        string name,
        Subject? subject,
        Amount estimate,
        CancellationToken cancellationToken
    )
    {
        var left = await _cooldowns
            .WaitAsync(subject, _options.MaxCooldown, Time, cancellationToken)
            .ConfigureAwait(false);
        return left <= TimeSpan.Zero
            ? null
            : Denied(
                name,
                LocalReasons.CoolingDown,
                $"The authority asked for a pause that ends in {left.TotalSeconds} s, and MaxCooldown is {_options.MaxCooldown.TotalSeconds} s.",
                estimate,
                left
            );
    }

    private void TellReloadError()
    {
        var error = _options.Prices.ReloadError;
        if (!ReferenceEquals(error, _toldReloadError))
        {
            _toldReloadError = error;
            if (error is not null)
            {
                AdapterLog.PricesUnreadable(Log, error);
            }
        }
    }
}
