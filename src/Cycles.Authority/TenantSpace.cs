namespace Cycles.Authority;

/// <summary>
/// Everything that belongs to one tenant, behind one lock: its record, budgets, reservations and remembered answers.
/// The operations work on it between <see cref="Enter"/> and the end of the hold.
/// </summary>
internal sealed class TenantSpace
{
    /// <summary>The most reservations that expire, or end with their tenant, in one hold of the lock.</summary>
    public const int MostEndedPerHold = 256;

    /// <summary>The most steps of the wheel, expirations included, in one hold of the lock.</summary>
    private const int MostStepsPerHold = 2_048;

    private readonly object _gate = new();
    private readonly AuthorityClock _clock;
    private readonly Retention _retention;
    private long _oldestFinishedAt = long.MaxValue;
    private int _endedInHold;
    private long _enteredAt;

    public TenantSpace(
        EmbeddedAuthority authority,
        string tenant,
        int number,
        AuthorityClock clock,
        Retention retention
    )
    {
        Authority = authority;
        _clock = clock;
        _retention = retention;
        Tenant = tenant;
        Number = number;
        Metadata = new CyclesResponseMetadata { Tenant = tenant };
        Reservations = new ReservationBook(retention, clock.Now);
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

    /// <summary>The most reservations that ever gave back their hold while the lock was held once.</summary>
    public int MostEndedInOneHold { get; private set; }

    /// <summary>Whether this hold of the lock has room for another end.</summary>
    public bool MayEndAnother => _endedInHold < MostEndedPerHold;

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
                _endedInHold = 0;
                now = _enteredAt = _clock.Now;
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
                    Leave();
                }
            }
        }
    }

    /// <summary>Gives the lock up; called once by the hold that <see cref="Enter"/> returned.</summary>
    public void Exit()
    {
        var now = _enteredAt;
        Leave();
        Authority.TendIdle(now);
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

    /// <summary>Expires and forgets one batch of what is due, unless somebody is at work here and has done so.</summary>
    public void TryTend()
    {
        if (!Monitor.TryEnter(_gate))
        {
            return;
        }

        try
        {
            _endedInHold = 0;
            var now = _clock.Now;
            _ = ExpireDue(now) && Memory.ForgetDue(now);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Forgets finished records before their time, oldest first; past the slack, none younger than a time. Does nothing
    /// while somebody works on this tenant: they enforce the bound themselves when they leave, and nobody waits.
    /// </summary>
    /// <returns>Whether there was nobody.</returns>
    public bool TryEvictOldest(long youngest)
    {
        if (!Monitor.TryEnter(_gate))
        {
            return false;
        }

        try
        {
            Memory.EvictOldest(youngest);
            return true;
        }
        finally
        {
            Leave();
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
        _endedInHold++;
    }

    /// <summary>Expires what is due, so far as one hold of the lock allows.</summary>
    /// <returns>Whether nothing of it is left.</returns>
    private bool ExpireDue(long now)
    {
        var isDone = false;
        for (var step = 0; !isDone && step < MostStepsPerHold && MayEndAnother; step++)
        {
            isDone = !Reservations.TryExpire(now, out var number);
            if (number != Reservation.None)
            {
                GiveBack(ref Reservations[number]);
            }
        }

        return isDone;
    }

    private void Leave()
    {
        MostEndedInOneHold = Math.Max(MostEndedInOneHold, _endedInHold);
        Volatile.Write(ref _oldestFinishedAt, Memory.OldestAt);
        Monitor.Exit(_gate);
    }
}
