namespace Cycles;

/// <summary>What <see cref="CyclesClient.FlushAsync"/> found. Holds that are being given back are not counted.</summary>
public sealed record FlushResult
{
    /// <summary>Settlements that ended well during this flush.</summary>
    public int Settled { get; init; }

    /// <summary>
    /// Settlements that another process or client had left in the journal and that ended well, in all since this client was
    /// opened: the replay at its start may be over before the first flush.
    /// </summary>
    public int Replayed { get; init; }

    /// <summary>Settlements that were refused for good during this flush, and reported.</summary>
    public int Rejected { get; init; }

    /// <summary>Settlements that are still open; they go on in the background, and what the journal holds outlives the process.</summary>
    public int Pending { get; init; }
}
