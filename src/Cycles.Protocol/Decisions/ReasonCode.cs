using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>
/// Why an answer is <see cref="Decision.Deny"/> (protocol schema <c>DecisionReasonCode</c>). An open set: an unknown
/// value is a denial like any other, so compare with the known ones and treat the rest as final.
/// </summary>
/// <param name="Value">The code as it stands on the wire, at most 128 characters.</param>
[JsonConverter(typeof(ReasonCodeConverter))]
public readonly record struct ReasonCode(string Value)
{
    /// <summary>Too little is left on one of the scopes.</summary>
    public static ReasonCode BudgetExceeded { get; } = new("BUDGET_EXCEEDED");

    /// <summary>An operator froze the budget of one of the scopes.</summary>
    public static ReasonCode BudgetFrozen { get; } = new("BUDGET_FROZEN");

    /// <summary>The budget of one of the scopes is closed for good.</summary>
    public static ReasonCode BudgetClosed { get; } = new("BUDGET_CLOSED");

    /// <summary>No scope has a budget. A live reserve answers 404 for the same condition.</summary>
    public static ReasonCode BudgetNotFound { get; } = new("BUDGET_NOT_FOUND");

    /// <summary>A scope is over its limit until an operator reconciles it.</summary>
    public static ReasonCode OverdraftLimitExceeded { get; } = new("OVERDRAFT_LIMIT_EXCEEDED");

    /// <summary>A scope owes, and no policy lets it owe more.</summary>
    public static ReasonCode DebtOutstanding { get; } = new("DEBT_OUTSTANDING");

    /// <summary>The tenant is closed.</summary>
    public static ReasonCode TenantClosed { get; } = new("TENANT_CLOSED");

    /// <summary>A quota of actions was used up (runtime extension 0.1.26).</summary>
    public static ReasonCode ActionQuotaExceeded { get; } = new("ACTION_QUOTA_EXCEEDED");

    /// <summary>Policy denies this kind of action (runtime extension 0.1.26).</summary>
    public static ReasonCode ActionKindDenied { get; } = new("ACTION_KIND_DENIED");

    /// <summary>Policy allows other kinds of action only (runtime extension 0.1.26).</summary>
    public static ReasonCode ActionKindNotAllowed { get; } = new("ACTION_KIND_NOT_ALLOWED");

    /// <summary>The code as it stands on the wire.</summary>
    /// <returns>The value.</returns>
    public override string ToString() => Value ?? "";
}
