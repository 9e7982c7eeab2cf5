namespace Cycles;

/// <summary>What an extension that succeeded came to.</summary>
/// <param name="Plan">What comes next.</param>
/// <param name="LeadMs">What is left of the lease now.</param>
/// <param name="IsLast">Whether it is the last one that the authority allows, as far as anybody knows.</param>
/// <param name="IsFirstClamped">Whether from here on extensions seem to buy little.</param>
internal readonly record struct Extension(HeartbeatPlan Plan, long LeadMs, bool IsLast, bool IsFirstClamped);
