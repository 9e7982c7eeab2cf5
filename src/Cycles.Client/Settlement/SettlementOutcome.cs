namespace Cycles;

/// <summary>What became of a settlement when its first attempt ended.</summary>
public enum SettlementOutcome
{
    /// <summary>The amount is charged.</summary>
    Committed = 1,

    /// <summary>The hold had expired, so the amount was charged as an event instead.</summary>
    RecoveredAsEvent = 2,

    /// <summary>
    /// Not settled yet. It goes on in the background with the same idempotency key; nothing is left to do.
    /// </summary>
    Pending = 3,

    /// <summary>The authority had charged exactly this amount before.</summary>
    AlreadyFinalized = 4,

    /// <summary>
    /// Refused for good: the spend is real and not recorded. It is reported to
    /// <see cref="CyclesClientOptions.OnSpendUnrecorded"/>, and the hold is not released.
    /// </summary>
    Rejected = 5,

    /// <summary>The hold was given back, or left to its TTL, and nothing charged.</summary>
    Released = 6,

    /// <summary>Nothing was held or charged: the call ran in shadow mode (<see cref="ShadowReport"/>).</summary>
    Shadowed = 7,
}
