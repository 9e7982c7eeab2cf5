using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>What a commit does when the actual amount exceeds the hold (protocol schema <c>CommitOveragePolicy</c>).</summary>
[JsonConverter(typeof(WireEnumConverter<CommitOveragePolicy>))]
public enum CommitOveragePolicy
{
    /// <summary>
    /// Refuse the commit with 409 BUDGET_EXCEEDED. The action has already happened, so the spend is then unrecorded:
    /// estimate with a margin.
    /// </summary>
    Reject = 1,

    /// <summary>
    /// Charge what is left, never fail and never make debt; a scope that could not cover all of it is over its limit
    /// and takes no new reservation until an operator reconciles it. The protocol's default.
    /// </summary>
    AllowIfAvailable = 2,

    /// <summary>Charge everything and let a scope owe up to its overdraft limit; beyond it, 409 OVERDRAFT_LIMIT_EXCEEDED.</summary>
    AllowWithOverdraft = 3,
}
