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
    public static ReasonCode NoTokensLeft { get; } = new("NO_TOKENS_LEFT");

    /// <summary>Nothing says what the tool costs (<see cref="ToolPolicy"/>).</summary>
    public static ReasonCode ToolUnconfigured { get; } = new("TOOL_UNCONFIGURED");

    /// <summary>The authority allows other tools only (<see cref="Caps.Allows"/>).</summary>
    public static ReasonCode ToolNotAllowed { get; } = new("TOOL_NOT_ALLOWED");

    /// <summary>The authority leaves no steps for tools (<see cref="Caps.MaxStepsRemaining"/> is 0), or the run none at
    /// all (<see cref="RunOptions.MaxSteps"/>).</summary>
    public static ReasonCode NoStepsLeft { get; } = new("NO_STEPS_LEFT");

    /// <summary>The authority asked for a longer pause than a call may wait (<see cref="Caps.CooldownMs"/>).</summary>
    public static ReasonCode CoolingDown { get; } = new("COOLING_DOWN");

    /// <summary>The authority's caps exclude the model by name (<see cref="Caps.ToolDenylist"/>).</summary>
    public static ReasonCode ModelNotAllowed { get; } = new("MODEL_NOT_ALLOWED");

    /// <summary>The hold of the run does not cover the call (<see cref="RunOptions.Hold"/>).</summary>
    public static ReasonCode RunHoldSpent { get; } = new("RUN_HOLD_SPENT");

    /// <summary>
    /// The tool was called with the same arguments as often as the run allows (<see cref="RunOptions.MaxSameCalls"/>).
    /// </summary>
    public static ReasonCode CallRepeated { get; } = new("CALL_REPEATED");
}
