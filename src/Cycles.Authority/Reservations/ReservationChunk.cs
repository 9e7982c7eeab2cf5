using System.Numerics;

namespace Cycles.Authority;

/// <summary>
/// A run of reservations, with one bit for each state of each, so that a list skips what it does not show. Once most of
/// them are gone the others move closer together, so that a few that live long do not keep the memory of all.
/// </summary>
internal sealed class ReservationChunk(bool isFirst)
{
    /// <summary>So that an array is past 85,000 bytes, where the runtime stops moving arrays.</summary>
    public const int Size = 512;

    private const int WordsPerState = Size / 64;

    /// <summary>A tenant's first array starts small: most tenants are.</summary>
    private const int SmallestArray = 8;

    /// <summary>How many times its entries an array may have room for.</summary>
    private const int Sparse = 4;

    private readonly ulong[] _states = new ulong[WordsPerState * ((int)ReservationStatus.Expired + 1)];
    private readonly int[] _counts = new int[(int)ReservationStatus.Expired + 1];
    private Reservation[] _items = new Reservation[isFirst ? SmallestArray : Size];
    private int _used;

    /// <summary>The index of each entry that is left, in order, once they have moved; null before.</summary>
    private short[]? _moved;

    /// <summary>How many of the entries are kept.</summary>
    public int Count { get; private set; }

    public bool IsFull => _used == Size;

    /// <summary>An entry that is kept.</summary>
    public ref Reservation this[int index] =>
        ref _items[_moved is null ? index : Array.BinarySearch(_moved, (short)index)];

    public bool Keeps(int index) => (Bits(index / 64, null) & Bit(index)) != 0;

    public int CountOf(ReservationStatus status) => _counts[(int)status];

    public ref Reservation Add()
    {
        if (_used == _items.Length)
        {
            Array.Resize(ref _items, Math.Min(_items.Length * 4, Size));
        }

        Count++;
        return ref _items[_used++];
    }

    public void SetStatus(int index, ReservationStatus status)
    {
        ref var item = ref this[index];
        if (item.Status != ReservationStatus.Unknown)
        {
            Word(item.Status, index) &= ~Bit(index);
            _counts[(int)item.Status]--;
        }

        Word(status, index) |= Bit(index);
        _counts[(int)status]++;
        item.Status = status;
    }

    public void Remove(int index)
    {
        ref var item = ref this[index];
        Word(item.Status, index) &= ~Bit(index);
        _counts[(int)item.Status]--;
        item = default;
        Count--;
        if (IsFull && Count > 0 && Count * Sparse <= _items.Length)
        {
            MoveCloser();
        }
    }

    /// <summary>The last entry of a state, or of any, at or before an index; -1 for none.</summary>
    public int LastUpTo(int index, ReservationStatus? status)
    {
        var mask = ulong.MaxValue >> (63 - (index % 64));
        for (var word = index / 64; word >= 0; word--)
        {
            var bits = Bits(word, status) & mask;
            if (bits != 0)
            {
                return (word * 64) + 63 - BitOperations.LeadingZeroCount(bits);
            }

            mask = ulong.MaxValue;
        }

        return -1;
    }

    /// <summary>The first entry of a state, or of any, at or after an index; -1 for none.</summary>
    public int FirstFrom(int index, ReservationStatus? status)
    {
        var mask = ulong.MaxValue << (index % 64);
        for (var word = index / 64; word < WordsPerState; word++)
        {
            var bits = Bits(word, status) & mask;
            if (bits != 0)
            {
                return (word * 64) + BitOperations.TrailingZeroCount(bits);
            }

            mask = ulong.MaxValue;
        }

        return -1;
    }

    private void MoveCloser()
    {
        var items = new Reservation[Count];
        var moved = new short[Count];
        var next = 0;
        for (var index = FirstFrom(0, null); index >= 0; index = index + 1 < Size ? FirstFrom(index + 1, null) : -1)
        {
            ref var item = ref this[index];
            items[next] = item;
            items[next].Held = item.Held.Detach();
            items[next].Settled = item.Settled.Detach();
            moved[next++] = (short)index;
        }

        _items = items;
        _moved = moved;
    }

    private static ulong Bit(int index) => 1UL << (index % 64);

    private ref ulong Word(ReservationStatus status, int index) =>
        ref _states[((int)status * WordsPerState) + (index / 64)];

    private ulong Bits(int word, ReservationStatus? status)
    {
        if (status is { } one)
        {
            return _states[((int)one * WordsPerState) + word];
        }

        var any = 0UL;
        for (var state = (int)ReservationStatus.Active; state <= (int)ReservationStatus.Expired; state++)
        {
            any |= _states[(state * WordsPerState) + word];
        }

        return any;
    }
}
