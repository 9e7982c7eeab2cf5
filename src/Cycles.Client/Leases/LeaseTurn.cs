namespace Cycles;

/// <summary>What a lease that is due needs.</summary>
internal enum LeaseTurn
{
    /// <summary>An extension is to be sent.</summary>
    Beat,

    /// <summary>A retry waited for its turn until it was too late for it.</summary>
    TooLate,

    /// <summary>What was left of it has passed.</summary>
    RanOut,

    /// <summary>Nobody has its guard any more.</summary>
    Abandoned,
}
