namespace Cycles.Extensions.AI;

/// <summary>Why a call is refused here, without the authority.</summary>
internal static class ToolReasons
{
    /// <summary>Nothing says what the tool costs.</summary>
    public static ReasonCode NotConfigured { get; } = new("TOOL_NOT_CONFIGURED");

    /// <summary>The caps leave other tools only.</summary>
    public static ReasonCode NotAllowed { get; } = new("TOOL_NOT_ALLOWED");

    /// <summary>The caps leave no steps.</summary>
    public static ReasonCode NoStepsLeft { get; } = new("NO_STEPS_LEFT");

    /// <summary>What it means, for whoever set the tools up.</summary>
    public static string Explain(ReasonCode reason, string tool) =>
        reason == NotConfigured
            ? $"Nothing says what the tool '{tool}' costs: put [CyclesCost] on its method, or an entry or a default estimate into the tool policy; 0 lets it run without asking."
        : reason == NotAllowed ? $"The caps of the budget do not leave the tool '{tool}'."
        : $"The caps of the budget leave no step for the tool '{tool}'.";
}
