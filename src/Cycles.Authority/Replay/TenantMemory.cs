namespace Cycles.Authority;

/// <summary>Everything that a tenant keeps only to answer repeats. Guarded by the tenant's lock.</summary>
internal sealed class TenantMemory(ReservationBook reservations, Retention retention)
{
    /// <summary>The most records that are forgotten in one hold of the lock.</summary>
    private const int MostForgottenPerHold = 1_024;

    private readonly ReplayStore<DecisionRequest, DecisionResponse> _decisions = new(retention.ReserveLifetimeMs);
    private readonly ReplayStore<ReservationCreateRequest, ReservationCreateResponse> _dryRuns = new(
        retention.ReserveLifetimeMs
    );
    private readonly ReplayStore<EventCreateRequest, EventCreateResponse> _events = new(retention.EventLifetimeMs);
    private IFinishedRecords[]? _all;

    public ReplayStore<DecisionRequest, DecisionResponse> Decisions => _decisions;

    public ReplayStore<ReservationCreateRequest, ReservationCreateResponse> DryRuns => _dryRuns;

    public ReplayStore<EventCreateRequest, EventCreateResponse> Events => _events;

    /// <summary>When the oldest record of all was finished; <see cref="long.MaxValue"/> when there is none.</summary>
    public long OldestAt
    {
        get
        {
            var oldest = long.MaxValue;
            foreach (var records in All)
            {
                oldest = Math.Min(oldest, records.OldestAt);
            }

            return oldest;
        }
    }

    private IFinishedRecords[] All => _all ??= [reservations, _events, _decisions, _dryRuns];

    /// <summary>Forgets what is past its lifetime, so far as one hold of the lock allows.</summary>
    /// <returns>Whether nothing of it is left.</returns>
    public bool ForgetDue(long now)
    {
        var forgotten = 0;
        foreach (var records in All)
        {
            while (records.OldestAt is var at and < long.MaxValue && now - at >= records.LifetimeMs)
            {
                if (forgotten == MostForgottenPerHold)
                {
                    retention.Forgotten(forgotten);
                    return false;
                }

                records.EvictOldest();
                forgotten++;
            }
        }

        if (forgotten > 0)
        {
            retention.Forgotten(forgotten);
        }

        return true;
    }

    /// <summary>
    /// Forgets records before their time, oldest first, as long as there are too many in all tenants; past the slack,
    /// none younger than a time.
    /// </summary>
    public void EvictOldest(long youngest)
    {
        for (
            var evicted = 0L;
            OldestAt is var oldest and < long.MaxValue
                && (evicted < retention.Slack || oldest <= youngest)
                && retention.TryClaimExcess();
            evicted++
        )
        {
            Array.Find(All, records => records.OldestAt == oldest)!.EvictOldest();
        }
    }
}
