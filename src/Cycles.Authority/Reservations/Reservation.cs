namespace Cycles.Authority;

/// <summary>
/// A reservation and all that its replays need, in one flat record: a million of these live in a few thousand arrays
/// that the collector neither copies nor walks object by object.
/// </summary>
internal struct Reservation
{
    /// <summary>The link that stands for none.</summary>
    public const long None = -1;

    public BudgetSet Budgets;
    public CyclesAction Action;
    public ReservationExtras? Extras;
    public ReplayKey Key;
    public ReplayKey SettlementKey;
    public Snapshot Held;
    public Snapshot Settled;

    public long Estimate;
    public long Actual;
    public long Charged;
    public long CreatedAt;
    public long ExpiresAt;

    /// <summary>When it became anything but ACTIVE.</summary>
    public long EndedAt;

    /// <summary>Neighbours in the expiry wheel while ACTIVE; afterwards only <see cref="Next"/>, in the order of ending.</summary>
    public long Previous;
    public long Next;

    /// <summary>The next one whose key falls into the same bucket.</summary>
    public long NextInBucket;

    public int RequestedTtlMs;
    public int EffectiveTtlMs;
    public int GraceMs;
    public int Extensions;
    public ReservationStatus Status;
    public CommitOveragePolicy RequestedPolicy;
    public CommitOveragePolicy Policy;

    public readonly Amount EstimatedAmount => new(Budgets.Unit, Estimate);

    public readonly Amount ChargedAmount => new(Budgets.Unit, Charged);

    /// <summary>The first millisecond at which a commit comes too late.</summary>
    public readonly long DueAt => ExpiresAt + GraceMs + 1;

    public readonly long? FinalizedAt =>
        Status is ReservationStatus.Committed or ReservationStatus.Released ? EndedAt : null;
}
