namespace Cycles.Authority;

/// <summary>
/// All reservations of a tenant in the order they were made; the position is the reservation's number for life. Ended
/// ones leave one by one, and an array goes when its last one has.
/// </summary>
internal sealed class ReservationLog
{
    private readonly List<ReservationChunk?> _chunks = [];

    /// <summary>The number of the first entry of the first chunk.</summary>
    private long _start;

    /// <summary>The number that the next reservation gets.</summary>
    public long End { get; private set; }

    public ref Reservation this[long number] => ref ChunkOf(number)![IndexOf(number)];

    /// <summary>Whether the number is of a reservation that is still kept.</summary>
    public bool Contains(long number) =>
        number >= _start && number < End && ChunkOf(number) is { } chunk && !chunk[IndexOf(number)].IsFree;

    public ref Reservation Append(out long number)
    {
        number = End++;
        if (IndexOf(number) == 0)
        {
            _chunks.Add(new ReservationChunk(isFirst: number == 0));
        }

        return ref _chunks[^1]!.Add();
    }

    /// <summary>Records a change of state, the first one included.</summary>
    public void SetStatus(long number, ReservationStatus status)
    {
        var chunk = ChunkOf(number)!;
        chunk.SetStatus(IndexOf(number), status);
    }

    public void Remove(long number)
    {
        var chunk = ChunkOf(number)!;
        chunk.Remove(IndexOf(number));
        if (chunk.Count > 0 || !chunk.IsFull)
        {
            return;
        }

        _chunks[SlotOf(number)] = null;
        var gone = _chunks.FindIndex(kept => kept is not null);
        if (gone != 0)
        {
            gone = gone < 0 ? _chunks.Count : gone;
            _chunks.RemoveRange(0, gone);
            _start += (long)gone * ReservationChunk.Size;
        }
    }

    /// <summary>The nearest kept reservation before a number, of one state or of any.</summary>
    /// <returns>Its number, or <see cref="Reservation.None"/>.</returns>
    public long Before(long number, ReservationStatus? status)
    {
        number = Math.Min(number, End);
        while (number > _start)
        {
            var last = number - 1;
            if (ChunkOf(last)?.LastUpTo(IndexOf(last), status) is { } index and >= 0)
            {
                return last - IndexOf(last) + index;
            }

            number = last - IndexOf(last);
        }

        return Reservation.None;
    }

    /// <summary>The nearest kept reservation after a number, of one state or of any.</summary>
    /// <returns>Its number, or <see cref="Reservation.None"/>.</returns>
    public long After(long number, ReservationStatus? status)
    {
        number = Math.Max(number + 1, _start);
        while (number < End)
        {
            if (ChunkOf(number)?.FirstFrom(IndexOf(number), status) is { } index and >= 0)
            {
                return number - IndexOf(number) + index;
            }

            number += ReservationChunk.Size - IndexOf(number);
        }

        return Reservation.None;
    }

    private static int IndexOf(long number) => (int)(number % ReservationChunk.Size);

    private int SlotOf(long number) => (int)((number - _start) / ReservationChunk.Size);

    private ReservationChunk? ChunkOf(long number) => _chunks[SlotOf(number)];
}
