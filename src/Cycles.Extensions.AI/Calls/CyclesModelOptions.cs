using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>What guarded model calls have in common. Read once, when the guard is made; the prices may change later.</summary>
public abstract class CyclesModelOptions
{
    private protected CyclesModelOptions() { }

    /// <summary>
    /// Who acts, and for whom; each open level comes from <see cref="CyclesClientOptions.Subject"/>. Another tenant's
    /// goes through <see cref="CyclesClient.ForTenant"/>. Default none.
    /// </summary>
    public Subject? Subject { get; set; }

    /// <summary>What each call is to the authority; default its kind and the name of its model.</summary>
    public CyclesAction? Action { get; set; }

    /// <summary>What models cost. Default an empty table, which with <see cref="UnpricedModels"/> denies every call.</summary>
    public PriceTable Prices { get; set; } = new();

    /// <summary>What happens to a call of a model without a price; default <see cref="UnpricedModel.Deny"/>.</summary>
    public UnpricedModel UnpricedModels { get; set; }

    /// <summary>
    /// What a call of a model without a price holds and costs, in <see cref="AmountUnit.UsdMicrocents"/> and more than
    /// 0. Needed with <see cref="UnpricedModel.Estimate"/>, else unused.
    /// </summary>
    public Amount? UnpricedEstimate { get; set; }

    /// <summary>
    /// What is charged: money by <see cref="Prices"/> (<see cref="AmountUnit.UsdMicrocents"/>, the default), or input and
    /// output tokens alike (<see cref="AmountUnit.Tokens"/>), which needs no prices.
    /// </summary>
    public AmountUnit Unit { get; set; } = AmountUnit.UsdMicrocents;

    /// <summary>Guesses the tokens of what is sent; default <see cref="CharacterTokenEstimator"/>.</summary>
    public ITokenEstimator TokenEstimator { get; set; } = CharacterTokenEstimator.Instance;

    /// <summary>What an image or another attachment is guessed to be, in tokens, 0 or more; default 1,500.</summary>
    public long TokensPerAttachment { get; set; } = 1_500;

    /// <summary>How many times the guessed cost is held, 1 to 100; default 1.2.</summary>
    public decimal SafetyFactor { get; set; } = 1.2m;

    /// <summary>
    /// How long a call waits where the authority asked for a pause before the next action (<see cref="Caps.CooldownMs"/>),
    /// 0 or more; default 5 s. A longer pause denies the call.
    /// </summary>
    public TimeSpan MaxCooldown { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Lets the calls run in shadow mode; default as the run does, else as the client does.</summary>
    public ShadowReport? Shadow { get; set; }

    /// <summary>The clock of latencies and pauses; default the container's, else the system's.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>Where to log, as category <c>Cycles.Extensions.AI</c>; default the container's, else the client's.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>A copy of its own.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    private protected CyclesModelOptions CheckedCopy()
    {
        ThrowIf(Prices is null, nameof(Prices), "must not be null");
        ThrowIf(TokenEstimator is null, nameof(TokenEstimator), "must not be null");
        ThrowIf(
            Unit is not (AmountUnit.UsdMicrocents or AmountUnit.Tokens),
            nameof(Unit),
            "must be UsdMicrocents or Tokens"
        );
        ThrowIf(TokensPerAttachment < 0, nameof(TokensPerAttachment), "must be 0 or more");
        ThrowIf(SafetyFactor is < 1 or > 100, nameof(SafetyFactor), "must be 1 to 100");
        ThrowIf(MaxCooldown < TimeSpan.Zero, nameof(MaxCooldown), "must be 0 or more");
        ThrowIfUndefined(UnpricedModels, nameof(UnpricedModels));
        ThrowIf(
            UnpricedModels == UnpricedModel.Estimate
                && UnpricedEstimate is not { Unit: AmountUnit.UsdMicrocents, Value: > 0 },
            nameof(UnpricedEstimate),
            "must be given with UnpricedModel.Estimate, in USD_MICROCENTS and more than 0"
        );
        return (CyclesModelOptions)MemberwiseClone();
    }

    private protected void ThrowIfUndefined<T>(T value, string option)
        where T : struct, Enum =>
        ThrowIf(!Enum.IsDefined(value), option, $"must be one of {string.Join(", ", Enum.GetNames<T>())}");

    private protected void ThrowIf(bool wrong, string option, string bounds)
    {
        if (wrong)
        {
            throw new ArgumentException($"{GetType().Name}.{option} {bounds}.");
        }
    }
}
