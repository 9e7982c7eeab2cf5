using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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

    /// <summary>Over options that are checked, and a copy of its own.</summary>
    public ModelCalls(CyclesClient cycles, CyclesModelOptions options)
    {
        _cycles = cycles;
        _options = options;
        _cooldowns = Cooldowns.Of(cycles);
        Log = new SafeLogger((options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger(AdapterLog.Category));
        Time = options.TimeProvider ?? TimeProvider.System;
        Tokens = new ContentTokens(options.TokenEstimator, options.TokensPerAttachment);
    }

    public ILogger Log { get; }

    public TimeProvider Time { get; }

    public ContentTokens Tokens { get; }

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
        TellReloadError();
        var cost = new ModelCost(_options, _options.Prices.Current, model);
        if (cost.EstimateOf(expected) is not { } estimate)
        {
            throw Denied(
                model,
                LocalReasons.ModelUnpriced,
                $"The model '{model}' has no price. Add one to the Prices of the guard, or choose UnpricedModels.",
                new Amount(_options.Unit, 0)
            );
        }

        if (cost.IsUnpriced)
        {
            AdapterLog.Unpriced(Log, model, estimate);
        }

        await PauseAsync(model, subject, estimate, cancellationToken).ConfigureAwait(false);
        var call = await CallHold
            .ReserveAsync(_cycles, action, estimate, subject, Log, cancellationToken)
            .ConfigureAwait(false);
        _cooldowns.Note(subject, call.Caps, Time);
        return new ModelCall(this, call, cost);
    }

    public BudgetDeniedException Denied(
        string model,
        ReasonCode reason,
        string message,
        Amount requested,
        TimeSpan? retryAfter = null
    )
    {
        AdapterLog.DeniedHere(Log, model, reason);
        return new BudgetDeniedException(
            new Denial
            {
                ReasonCode = reason,
                Message = message,
                Requested = requested,
                RetryAfter = retryAfter,
            }
        );
    }

    private async ValueTask PauseAsync(
        string model,
        Subject? subject,
        Amount estimate,
        CancellationToken cancellationToken
    )
    {
        var left = await _cooldowns
            .WaitAsync(subject, _options.MaxCooldown, Time, cancellationToken)
            .ConfigureAwait(false);
        if (left > TimeSpan.Zero)
        {
            throw Denied(
                model,
                LocalReasons.CoolingDown,
                $"The authority asked for a pause that ends in {left.TotalSeconds} s, and MaxCooldown is {_options.MaxCooldown.TotalSeconds} s.",
                estimate,
                left
            );
        }
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
