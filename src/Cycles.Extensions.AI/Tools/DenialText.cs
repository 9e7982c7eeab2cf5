using System.Globalization;

namespace Cycles.Extensions.AI;

/// <summary>A denial in words for a model, which may repeat them to anybody: no balances, no scopes.</summary>
internal static class DenialText
{
    public static string Of(ToolDenial denied) =>
        $"The tool '{denied.Tool}' was denied and did not run ({denied.Denial.ReasonCode}): {Why(denied.Denial.ReasonCode)}. {Waiting(denied.Denial.RetryAfter)}";

    private static string Why(ReasonCode reason) =>
        reason switch
        {
            _ when reason == ReasonCode.BudgetExceeded => "the budget does not cover it",
            _ when reason == ReasonCode.BudgetFrozen => "the budget is frozen",
            _ when reason == ReasonCode.BudgetClosed || reason == ReasonCode.TenantClosed => "the budget is closed",
            _ when reason == ReasonCode.ActionQuotaExceeded => "it was called as often as is allowed",
            _ when reason == LocalReasons.ToolUnconfigured => "nobody has said what it may cost",
            _ when reason == LocalReasons.ToolNotAllowed => "it is not among the tools that are allowed now",
            _ when reason == LocalReasons.NoStepsLeft => "no steps are left",
            _ when reason == LocalReasons.RunHoldSpent => "the budget of this run does not cover it",
            _ when reason == LocalReasons.CallRepeated => "it was called with the same arguments too often",
            _ when reason == LocalReasons.CoolingDown => "a pause is due first",
            _ => "the budget does not allow it",
        };

    private static string Waiting(TimeSpan? retryAfter) =>
        retryAfter is { } wait
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Waiting may help: call it again after {Math.Ceiling(wait.TotalSeconds)} s at the earliest."
            )
            : "Waiting does not help: do not call it again, go on without it.";
}
