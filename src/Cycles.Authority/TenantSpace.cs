namespace Cycles.Authority;

/// <summary>
/// Everything that belongs to one tenant, behind one lock: its record, budgets, reservations and remembered answers.
/// The operations work on it between <see cref="Enter"/> and the end of the hold.
/// </summary>
internal sealed class TenantSpace
{
    /// <summary>The most reservations that expire in one hold of the lock.</summary>
    public const int MostExpiredPerHold = 256;

    /// <summary>The most steps of the wheel, expirations included, in one hold of the lock.</summary>
    private const int MostStepsPerHold = 2_048;

    /// <summary>Past this many actions the cache starts over.</summary>
    private const int MostInternedActions = 4_096;

    private readonly object _gate = new();
    private readonly TimeProvider _clock;
    private readonly Retention _retention;
    private readonly Dictionary<CyclesAction, CyclesAction> _actions = new(ActionComparer.Instance);
    private long _now;
    private long _oldestFinishedAt = long.MaxValue;
    private long _reservationsMade;

    public TenantSpace(EmbeddedAuthority authority, string tenant, int number, TimeProvider clock, Retention retention)
    {
        Authority = authority;
        _clock = clock;
        _retention = retention;
        _now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        Tenant = tenant;
        Number = number;
        Metadata = new CyclesResponseMetadata { Tenant = tenant };
        Reservations = new ReservationBook(retention, _now);
        Decisions = new(retention.ReserveLifetimeMs);
        DryRuns = new(retention.ReserveLifetimeMs);
        Events = new(retention.EventLifetimeMs);
        Seam = new TenantAuthority(this);
        Administration = new TenantAdministration(this);
    }

    public EmbeddedAuthority Authority { get; }

    public string Tenant { get; }

    public int Number { get; }

    public CyclesResponseMetadata Metadata { get; }

    public TenantAuthority Seam { get; }

    public TenantAdministration Administration { get; }

    /// <summary>Null until a tenant record is made: then there are defaults, and a status to guard.</summary>
    public TenantSettings? Settings { get; set; }

    public bool IsClosed { get; set; }

    public BudgetBook Budgets { get; } = new();

    public SnapshotPages Pages { get; } = new();

    public ReservationBook Reservations { get; }

    public ReplayStore<DecisionRequest, DecisionResponse> Decisions { get; }

    public ReplayStore<ReservationCreateRequest, ReservationCreateResponse> DryRuns { get; }

    public ReplayStore<EventCreateRequest, EventCreateResponse> Events { get; }

    public long EventCount { get; set; }

    /// <summary>When the oldest finished record came to be, as it stood when the lock was last given up.</summary>
    public long OldestFinishedAt => Volatile.Read(ref _oldestFinishedAt);

    /// <summary>The most reservations that ever expired in one hold of the lock.</summary>
    public int MostExpiredInOneHold { get; private set; }

    /// <summary>
    /// Takes the lock once nothing is due any more: no request is refused because of a hold whose time is over. Gives
    /// the lock up between batches, so that a wave of expirations delays nobody for long.
    /// </summary>
    public TenantHold Enter(out long now)
    {
        while (true)
        {
            Monitor.Enter(_gate);

            // A clock that steps back must not bring a hold back to life.
            now = _now = Math.Max(_now, _clock.GetUtcNow().ToUnixTimeMilliseconds());
            if (ExpireSome(now))
            {
                ForgetDue(now);
                return new TenantHold(this);
            }

            Monitor.Exit(_gate);
        }
    }

    /// <summary>Gives the lock up; called once by the hold that <see cref="Enter"/> returned.</summary>
    public void Exit()
    {
        Publish();
        Monitor.Exit(_gate);
        if (_retention.IsOverBound)
        {
            Authority.EnforceBound();
        }
    }

    /// <summary>Expires and forgets what is due, fund operations included, which otherwise go when the next one comes.</summary>
    public void Sweep()
    {
        using var hold = Enter(out var now);
        foreach (var budget in Budgets.All)
        {
            budget.Funding.EvictDue(now);
        }
    }

    /// <summary>Forgets finished records before their time, oldest first; past the slack, none younger than a time.</summary>
    public void EvictOldest(long most, long slack, long youngest)
    {
        lock (_gate)
        {
            var evicted = 0L;
            while (evicted < most && (evicted < slack || OldestOfAll() <= youngest) && TryEvictOldest())
            {
                evicted++;
            }

            _retention.Evicted(evicted);
            Publish();
        }
    }

    /// <summary>Counts a remembered answer that is no reservation.</summary>
    public void Remembered() => _retention.Finished();

    /// <summary>One instance for equal actions, so that a million reservations share a few.</summary>
    public CyclesAction Intern(CyclesAction action)
    {
        if (_actions.TryGetValue(action, out var known))
        {
            return known;
        }

        if (_actions.Count == MostInternedActions)
        {
            _actions.Clear();
        }

        var kept = action.Tags is { } tags ? action with { Tags = [.. tags] } : action;
        _actions.Add(kept, kept);
        return kept;
    }

    public CyclesResponse<T> Answer<T>(T value)
        where T : class => new(200, value, Metadata);

    public CyclesResponse<T> Refuse<T>(CyclesError error)
        where T : class => new(error, Metadata);

    public string IdOf(long number) => Authority.Ids.Reservation(Number, number);

    /// <summary>Finds a kept reservation of this tenant; 404 goes before 403.</summary>
    public CyclesError? Find(string id, out long number)
    {
        if (!Authority.Ids.TryParse(id, out var tenant, out number))
        {
            return Refusals.ReservationNotFound(id);
        }

        if (tenant == Number)
        {
            return Reservations.Contains(number) ? null : Refusals.ReservationNotFound(id);
        }

        return Authority.SpaceByNumber(tenant) is { } owner && owner.MadeAtSomeTime(number)
            ? Refusals.ForeignReservation(id)
            : Refusals.ReservationNotFound(id);
    }

    /// <summary>Why a reservation can no longer be settled or extended; a closed tenant goes before its own state.</summary>
    public CyclesError? RefuseEnded(in Reservation reservation, string id)
    {
        if (IsClosed)
        {
            return Refusals.TenantClosed(Tenant);
        }

        return reservation.Status switch
        {
            ReservationStatus.Active => null,
            ReservationStatus.Expired => Refusals.Expired(id),
            var ended => Refusals.Finalized(id, ended),
        };
    }

    /// <summary>Whether a reservation of this number was made here, kept or not. Callable without the lock.</summary>
    private bool MadeAtSomeTime(long number)
    {
        // Another tenant's lock is not taken under this one's: two tenants asking about each other would wait forever.
        return number >= 0 && number < Volatile.Read(ref _reservationsMade);
    }

    /// <summary>No budget in the unit: the first scope with one in another unit is named, else there is none at all.</summary>
    public CyclesError NoBudget(ScopeSet scopes, AmountUnit unit) =>
        Budgets.FirstBudgeted(scopes.Paths) is var (scope, units)
            ? Refusals.UnitMismatch(scope, unit, units)
            : Refusals.BudgetNotFound(scopes.Leaf, unit);

    private bool ExpireSome(long now)
    {
        var expired = 0;
        for (var step = 0; step < MostStepsPerHold && expired < MostExpiredPerHold; step++)
        {
            if (!Reservations.TryExpire(now, out var number))
            {
                MostExpiredInOneHold = Math.Max(MostExpiredInOneHold, expired);
                return true;
            }

            if (number != Reservation.None)
            {
                GiveBack(ref Reservations[number]);
                expired++;
            }
        }

        MostExpiredInOneHold = Math.Max(MostExpiredInOneHold, expired);
        return false;
    }

    /// <summary>Returns a hold to its scopes. It cannot overflow: what is given back was taken.</summary>
    public void GiveBack(ref Reservation reservation)
    {
        Span<BudgetState> scopes = stackalloc BudgetState[Subject.LevelCount];
        scopes = scopes[..reservation.Budgets.Count];
        reservation.Budgets.Read(scopes);
        ReleaseRules.Release(scopes, reservation.Estimate);
        reservation.Budgets.Apply(scopes, Budgets);
    }

    private void ForgetDue(long now)
    {
        var forgotten =
            Reservations.EvictDue(now) + Events.EvictDue(now) + Decisions.EvictDue(now) + DryRuns.EvictDue(now);
        if (forgotten > 0)
        {
            _retention.Forgotten(forgotten);
        }
    }

    private bool TryEvictOldest()
    {
        var oldest = OldestOfAll();
        if (oldest == long.MaxValue)
        {
            return false;
        }

        if (Reservations.OldestEndedAt == oldest)
        {
            Reservations.EvictOldest();
        }
        else if (Events.OldestAt == oldest)
        {
            Events.EvictOldest();
        }
        else if (Decisions.OldestAt == oldest)
        {
            Decisions.EvictOldest();
        }
        else
        {
            DryRuns.EvictOldest();
        }

        return true;
    }

    private long OldestOfAll() =>
        Math.Min(Math.Min(Reservations.OldestEndedAt, Events.OldestAt), Math.Min(Decisions.OldestAt, DryRuns.OldestAt));

    /// <summary>Leaves behind what others read without the lock.</summary>
    private void Publish()
    {
        Volatile.Write(ref _oldestFinishedAt, OldestOfAll());
        Volatile.Write(ref _reservationsMade, Reservations.End);
    }
}
