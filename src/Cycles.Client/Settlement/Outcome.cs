namespace Cycles;

/// <summary>How one attempt's answer is to be understood. It alone decides what happens next.</summary>
internal enum Outcome
{
    /// <summary>The documented status with a usable body.</summary>
    Succeeded,

    /// <summary>It may or may not have happened: repeat with the same key.</summary>
    Ambiguous,

    /// <summary>Not now: repeat with the same key, not before Retry-After.</summary>
    Throttled,

    /// <summary>The hold is gone, the spend is not: record it as an event.</summary>
    Expired,

    /// <summary>The credentials are wrong, the request is not: keep it until they are right.</summary>
    Unauthenticated,

    /// <summary>Somebody finished this reservation or used this key before: look what is recorded.</summary>
    Contested,

    /// <summary>No, for a reason that a repeat does not change.</summary>
    Refused,

    /// <summary>A 4xx that says nothing known, from a proxy perhaps: keep it.</summary>
    Unclassified,
}
