namespace Cycles;

/// <summary>Where a lease stands with the heart.</summary>
internal enum LeaseState
{
    /// <summary>Nothing keeps it alive, or nothing any more.</summary>
    Unkept,

    /// <summary>It waits for its next beat.</summary>
    Waiting,

    /// <summary>A beat is on its way.</summary>
    Beating,

    /// <summary>No beat comes any more: it waits for its end.</summary>
    RunningOut,
}
