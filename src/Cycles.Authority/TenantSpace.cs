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

    private readonly object _gate = new();
    private readonly TimeProvider _clock;
    private readonly Retention _retention;
    private long _now;
    private long _oldestFinishedAt = long.MaxValue;

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
        Memory = new TenantMemory(Reservations, retention);
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

    public TenantMemory Memory { get; }

    public ActionCache Actions { get; } = new();

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
            var isReady = false;
            try
            {
                // A clock that steps back must not bring a hold back to life.
                now = _now = Math.Max(_now, _clock.GetUtcNow().ToUnixTimeMilliseconds());
                isReady = ExpireDue(now) && Memory.ForgetDue(now);
                if (isReady)
                {
                    return new TenantHold(this);
                }
            }
            finally
            {
                if (!isReady)
                {
                    Monitor.Exit(_gate);
                }
            }
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
            budget.ForgetFunding(now);
        }
    }

    /// <summary>Forgets finished records before their time, oldest first; past the slack, none younger than a time.</summary>
    public void EvictOldest(long most, long slack, long youngest)
    {
        lock (_gate)
        {
            Memory.EvictOldest(most, slack, youngest);
            Publish();
        }
    }

    /// <summary>Counts a remembered answer that is no reservation.</summary>
    public void Remembered() => _retention.Finished();

    public CyclesResponse<T> Answer<T>(T value)
        where T : class => new(200, value, Metadata);

    public CyclesResponse<T> Refuse<T>(CyclesError error)
        where T : class => new(error, Metadata);

    public string IdOf(long number) => Authority.Ids.Reservation(Number, number);

    /// <summary>
    /// Reads an id before this tenant's lock is taken: whether another tenant has the reservation is asked under that
    /// tenant's lock, and nobody ever holds two.
    /// </summary>
    /// <returns>404 or 403; null when the id is one of this tenant's.</returns>
    public CyclesError? Locate(string id, out ReservationRef located)
    {
        var isId = Authority.Ids.TryParse(id, out var tenant, out var number);
        located = new ReservationRef(id, number);
        if (isId && tenant == Number)
        {
            return null;
        }

        return isId && Authority.SpaceByNumber(tenant) is { } owner && owner.Keeps(number)
            ? Refusals.ForeignReservation(id)
            : Refusals.ReservationNotFound(id);
    }

    /// <summary>Whether this tenant has a reservation, or its record.</summary>
    public bool Keeps(long number)
    {
        using var hold = Enter(out _);
        return Reservations.Contains(number);
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

    /// <summary>No budget in the unit: the first scope with one in another unit is named, else there is none at all.</summary>
    public CyclesError NoBudget(ScopeSet scopes, AmountUnit unit) =>
        Budgets.FirstBudgeted(scopes.Paths) is var (scope, units)
            ? Refusals.UnitMismatch(scope, unit, units)
            : Refusals.BudgetNotFound(scopes.Leaf, unit);

    /// <summary>Returns a hold to its scopes. It cannot overflow: what is given back was taken.</summary>
    public void GiveBack(ref Reservation reservation)
    {
        Span<BudgetState> scopes = stackalloc BudgetState[Subject.LevelCount];
        scopes = scopes[..reservation.Budgets.Count];
        reservation.Budgets.Read(scopes);
        ReleaseRules.Release(scopes, reservation.Estimate);
        reservation.Budgets.Apply(scopes, Budgets);
    }

    /// <summary>Expires what is due, so far as one hold of the lock allows.</summary>
    /// <returns>Whether nothing of it is left.</returns>
    private bool ExpireDue(long now)
    {
        var expired = 0;
        var isDone = false;
        for (var step = 0; !isDone && step < MostStepsPerHold && expired < MostExpiredPerHold; step++)
        {
            isDone = !Reservations.TryExpire(now, out var number);
            if (number != Reservation.None)
            {
                GiveBack(ref Reservations[number]);
                expired++;
            }
        }

        MostExpiredInOneHold = Math.Max(MostExpiredInOneHold, expired);
        return isDone;
    }

    private void Publish() => Volatile.Write(ref _oldestFinishedAt, Memory.OldestAt);
}
