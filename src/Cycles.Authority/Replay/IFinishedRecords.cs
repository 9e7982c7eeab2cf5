namespace Cycles.Authority;

/// <summary>Records that are kept for replay and lists only, in the order they were finished.</summary>
internal interface IFinishedRecords
{
    /// <summary>When the oldest one was finished; <see cref="long.MaxValue"/> when there is none.</summary>
    long OldestAt { get; }

    /// <summary>How long each is kept.</summary>
    long LifetimeMs { get; }

    /// <summary>Forgets the oldest one, which there is.</summary>
    void EvictOldest();
}
