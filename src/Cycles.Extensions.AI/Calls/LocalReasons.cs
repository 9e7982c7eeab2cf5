namespace Cycles.Extensions.AI;

/// <summary>
/// Why a call was denied on this side, without or in spite of the authority's answer: the
/// <see cref="Denial.ReasonCode"/> of such a <see cref="BudgetDeniedException"/>.
/// </summary>
public static class LocalReasons
{
    /// <summary>The model has no price, and <see cref="UnpricedModel.Deny"/> is the rule.</summary>
    public static ReasonCode ModelUnpriced { get; } = new("MODEL_UNPRICED");

    /// <summary>The authority allows the call no output at all (<see cref="Caps.MaxTokens"/> is 0).</summary>
    public static ReasonCode NoTokensLeft { get; } = new("CAP_MAX_TOKENS");

    /// <summary>The authority asked for a longer pause than a call may wait (<see cref="Caps.CooldownMs"/>).</summary>
    public static ReasonCode CoolingDown { get; } = new("CAP_COOLDOWN");
}
