using System.Globalization;
using System.Text;

namespace Cycles;

/// <summary>Why a reserve was denied. Nothing is held, and the action must not run.</summary>
/// <remarks>
/// Denied are DENY in a 200, and a 409 with BUDGET_EXCEEDED, BUDGET_FROZEN, BUDGET_CLOSED, OVERDRAFT_LIMIT_EXCEEDED,
/// DEBT_OUTSTANDING or TENANT_CLOSED. Everything else is a failure and never a budget's answer. Immutable.
/// </remarks>
public sealed record Denial
{
    /// <summary>The reason; an open set, so treat a value that you don't know as final.</summary>
    public required ReasonCode ReasonCode { get; init; }

    /// <summary>The authority's explanation, or ours where it gave none.</summary>
    public required string Message { get; init; }

    /// <summary>What was asked for.</summary>
    public required Amount Requested { get; init; }

    /// <summary>The scope that said no, where the authority named it, such as <c>tenant:acme/agent:bot</c>.</summary>
    public string? Scope { get; init; }

    /// <summary>What that scope has left, where the authority said; negative in overdraft.</summary>
    public SignedAmount? Remaining { get; init; }

    /// <summary>When asking again may help, where the authority said.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Every scope derived from the subject, root first; empty where the authority did not list them.</summary>
    public IReadOnlyList<string> AffectedScopes { get; init; } = [];

    /// <summary>The refusal behind it; null when the answer was DENY in a 200.</summary>
    public CyclesError? Error { get; init; }

    /// <summary>What came with the answer.</summary>
    public CyclesResponseMetadata Metadata { get; init; } = CyclesResponseMetadata.None;

    /// <summary>What was refused, why, and what to do.</summary>
    /// <returns>The text that <see cref="BudgetDeniedException"/> carries.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Reserving {Requested} was denied ({ReasonCode})");

        // A terse authority says in fields what another one says in its message.
        if (Scope is not null && !Message.Contains(Scope, StringComparison.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $" by {Scope}");
            text.Append(Remaining is { } left ? $", which has {left} left" : "");
        }

        text.Append(CultureInfo.InvariantCulture, $": {Message}");

        // An authority that states the facts in fields has said in its message what to do.
        if (Error?.Details is null)
        {
            text.Append(CultureInfo.InvariantCulture, $" {Advice}");
        }

        if (RetryAfter is { } wait)
        {
            text.Append(CultureInfo.InvariantCulture, $" Asking again may help in {wait.TotalSeconds} s.");
        }

        return text.ToString();
    }

    private string Advice =>
        ReasonCode switch
        {
            _ when ReasonCode == ReasonCode.BudgetExceeded => "Ask for less, or have the budget raised.",
            _ when ReasonCode == ReasonCode.BudgetFrozen => "Only its operator can unfreeze it.",
            _ when ReasonCode == ReasonCode.BudgetClosed => "A closed budget stays closed: use another scope.",
            _ when ReasonCode == ReasonCode.BudgetNotFound => "Create a budget on one of the subject's scopes.",
            _ when ReasonCode == ReasonCode.OverdraftLimitExceeded => "Its operator has to reconcile the scope first.",
            _ when ReasonCode == ReasonCode.DebtOutstanding => "The scope's debt has to be repaid first.",
            _ when ReasonCode == ReasonCode.TenantClosed => "A closed tenant takes no new work.",
            _ => "Do not run the action.",
        };
}
