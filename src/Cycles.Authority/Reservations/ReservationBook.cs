namespace Cycles.Authority;

/// <summary>
/// The reservations of one tenant through their whole life: held, ended, kept for replay, forgotten. Guarded by the
/// tenant's lock.
/// </summary>
internal sealed class ReservationBook(Retention retention, long now) : IFinishedRecords
{
    private readonly ReservationLog _log = new();
    private long _oldestEnded = Reservation.None;
    private long _latestEnded = Reservation.None;
    private ReservationKeys? _keys;
    private ExpiryWheel? _wheel;

    /// <summary>When the one that ended first did; <see cref="long.MaxValue"/> when none is kept.</summary>
    public long OldestAt => _oldestEnded == Reservation.None ? long.MaxValue : _log[_oldestEnded].EndedAt;

    public long LifetimeMs => retention.EndedLifetimeMs;

    private ReservationKeys Keys => _keys ??= new ReservationKeys(_log);

    private ExpiryWheel Wheel => _wheel ??= new ExpiryWheel(_log, now);

    public ref Reservation this[long number] => ref _log[number];

    public bool Contains(long number) => _log.Contains(number);

    public long Before(long number, ReservationStatus? status) => _log.Before(number, status);

    public long After(long number, ReservationStatus? status) => _log.After(number, status);

    /// <summary>Finds the reservation that a key made, as long as the key is remembered.</summary>
    public long FindByKey(in ReplayKey key, long at)
    {
        var number = Keys.Find(key);
        if (number == Reservation.None)
        {
            return number;
        }

        // A key is remembered for its lifetime, and never shorter than its reservation lives.
        ref var reservation = ref _log[number];
        return
            reservation.Status == ReservationStatus.Active || at - reservation.CreatedAt < retention.ReserveLifetimeMs
            ? number
            : Reservation.None;
    }

    /// <summary>The nearest kept reservation of a key before a number, whether the key is still remembered or not.</summary>
    public long BeforeByKey(in ReplayKey key, long number) => Keys.Find(key, number);

    /// <summary>Takes a new reservation in; the caller fills the record except for its links and state.</summary>
    public long Open(in Reservation reservation)
    {
        _log.Append(out var number) = reservation;
        _log.SetStatus(number, ReservationStatus.Active);
        Keys.Add(number);
        Wheel.Add(number);
        return number;
    }

    /// <summary>Moves the end of an active reservation outward.</summary>
    public void Extend(long number, long expiresAt)
    {
        Wheel.Remove(number);
        _log[number].ExpiresAt = expiresAt;
        Wheel.Add(number);
    }

    /// <summary>Ends an active reservation, which leaves the wheel and joins those kept for replay.</summary>
    public void Close(long number, ReservationStatus status, long at)
    {
        Wheel.Remove(number);
        Finish(number, status, at);
    }

    /// <summary>Does one step towards expiring what is due.</summary>
    /// <param name="at">The time.</param>
    /// <param name="number">The reservation that expired just now; <see cref="Reservation.None"/> otherwise.</param>
    /// <returns>Whether there may be more to do at this time.</returns>
    public bool TryExpire(long at, out long number)
    {
        if (!Wheel.TryAdvance(at, out number))
        {
            return false;
        }

        if (number != Reservation.None)
        {
            Finish(number, ReservationStatus.Expired, at);
        }

        return true;
    }

    /// <summary>Forgets the one that ended first.</summary>
    public void EvictOldest()
    {
        var number = _oldestEnded;
        _oldestEnded = _log[number].Next;
        if (_oldestEnded == Reservation.None)
        {
            _latestEnded = Reservation.None;
        }

        Keys.Remove(number);
        _log.Remove(number);
    }

    private void Finish(long number, ReservationStatus status, long at)
    {
        _log.SetStatus(number, status);
        ref var reservation = ref _log[number];
        reservation.EndedAt = at;
        reservation.Next = Reservation.None;
        if (_latestEnded == Reservation.None)
        {
            _oldestEnded = number;
        }
        else
        {
            _log[_latestEnded].Next = number;
        }

        _latestEnded = number;
        retention.Finished();
    }
}
