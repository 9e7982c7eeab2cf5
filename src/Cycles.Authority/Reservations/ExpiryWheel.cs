using System.Numerics;

namespace Cycles.Authority;

/// <summary>
/// Active reservations by the millisecond they fall due: a hierarchical timing wheel of 64 slots a level whose links
/// lie in the reservations. Adding and removing cost the same however many wait; what falls due comes out oldest first.
/// </summary>
/// <remarks>
/// A reservation stands on the level of the highest 6-bit digit in which its time differs from the wheel's, so the
/// slots ahead on a lower level always come before those on a higher one. When the wheel reaches a slot above the
/// lowest level, its reservations move down one at a time.
/// </remarks>
internal sealed class ExpiryWheel
{
    private const int BitsPerLevel = 6;
    private const int SlotsPerLevel = 1 << BitsPerLevel;

    /// <summary>Eleven digits of six bits hold any time there is.</summary>
    private const int Levels = 11;

    private readonly ReservationLog _log;
    private readonly long[] _heads = new long[Levels * SlotsPerLevel];
    private readonly ulong[] _occupied = new ulong[Levels];
    private long _now;

    public ExpiryWheel(ReservationLog log, long now)
    {
        _log = log;
        _now = now;
        Array.Fill(_heads, Reservation.None);
    }

    public void Add(long number)
    {
        ref var reservation = ref _log[number];
        var due = Math.Max(reservation.DueAt, _now);
        var level = BitOperations.Log2((ulong)(due ^ _now) | 1) / BitsPerLevel;
        var digit = DigitOf(due, level);
        var slot = (level * SlotsPerLevel) + digit;

        // The first of a slot points back at the slot itself, as a number below None.
        reservation.Previous = ~(slot + 1L);
        reservation.Next = _heads[slot];
        if (reservation.Next != Reservation.None)
        {
            _log[reservation.Next].Previous = number;
        }

        _heads[slot] = number;
        _occupied[level] |= 1UL << digit;
    }

    public void Remove(long number)
    {
        ref var reservation = ref _log[number];
        if (reservation.Next != Reservation.None)
        {
            _log[reservation.Next].Previous = reservation.Previous;
        }

        if (reservation.Previous >= 0)
        {
            _log[reservation.Previous].Next = reservation.Next;
            return;
        }

        var slot = (int)(~reservation.Previous - 1);
        _heads[slot] = reservation.Next;
        if (reservation.Next == Reservation.None)
        {
            _occupied[slot / SlotsPerLevel] &= ~(1UL << (slot % SlotsPerLevel));
        }
    }

    /// <summary>
    /// Takes out the reservation that has been due the longest, or moves one on its way there down a level. One step at
    /// a time, so that the caller can bound what it does in one go.
    /// </summary>
    /// <param name="now">The time; what is due at it or before comes out.</param>
    /// <param name="number">The reservation that came out; <see cref="Reservation.None"/> otherwise.</param>
    /// <returns>Whether there may be more to do at this time.</returns>
    public bool TryAdvance(long now, out long number)
    {
        number = Reservation.None;
        if (!TryFindEarliest(out var level, out var start) || start > now)
        {
            _now = Math.Max(_now, now);
            return false;
        }

        _now = Math.Max(_now, start);
        var first = _heads[(level * SlotsPerLevel) + DigitOf(start, level)];
        Remove(first);
        if (level == 0)
        {
            number = first;
        }
        else
        {
            Add(first);
        }

        return true;
    }

    private static int DigitOf(long time, int level) => (int)(time >> (level * BitsPerLevel)) & (SlotsPerLevel - 1);

    /// <summary>
    /// The slot that comes first. Of two that start together the higher one goes first: what it holds may be due as
    /// early as anything below it.
    /// </summary>
    private bool TryFindEarliest(out int level, out long start)
    {
        level = -1;
        start = long.MaxValue;
        for (var candidate = Levels - 1; candidate >= 0; candidate--)
        {
            if (_occupied[candidate] == 0)
            {
                continue;
            }

            var shift = candidate * BitsPerLevel;
            var ahead = _occupied[candidate] >> DigitOf(_now, candidate);
            var ticks = (_now >> shift) + BitOperations.TrailingZeroCount(ahead);
            var begins = ticks << shift;
            if (begins < start)
            {
                level = candidate;
                start = begins;
            }
        }

        return level >= 0;
    }
}
