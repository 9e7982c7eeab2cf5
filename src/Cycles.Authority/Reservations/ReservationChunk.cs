using System.Numerics;

namespace Cycles.Authority;

/// <summary>A run of reservations, with one bit for each state of each, so that a list skips what it does not show.</summary>
internal sealed class ReservationChunk(bool isFirst)
{
    /// <summary>So that an array is past 85,000 bytes, where the runtime stops moving arrays.</summary>
    public const int Size = 512;

    private const int WordsPerState = Size / 64;

    /// <summary>A tenant's first array starts small: most tenants are.</summary>
    private const int SmallestArray = 8;

    private readonly ulong[] _states = new ulong[WordsPerState * ((int)ReservationStatus.Expired + 1)];
    private readonly int[] _counts = new int[(int)ReservationStatus.Expired + 1];
    private Reservation[] _items = new Reservation[isFirst ? SmallestArray : Size];
    private int _used;

    /// <summary>How many of the entries are kept.</summary>
    public int Count { get; private set; }

    public bool IsFull => _used == Size;

    public ref Reservation this[int index] => ref _items[index];

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
        ref var item = ref _items[index];
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
        Word(_items[index].Status, index) &= ~Bit(index);
        _counts[(int)_items[index].Status]--;
        _items[index] = default;
        Count--;
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
