namespace Cycles.Authority;

/// <summary>
/// All reservations of a tenant in the order they were made; the position is the reservation's number for life. Ended
/// ones leave one by one, and an array goes when its last one has.
/// </summary>
internal sealed class ReservationLog
{
    private readonly List<ReservationChunk?> _chunks = [];

    /// <summary>For each state, and for any state at the index of none, the chunks that have such a reservation.</summary>
    private readonly ChunkBits[] _occupied = [.. Enum.GetValues<ReservationStatus>().Select(_ => new ChunkBits())];

    /// <summary>The first chunk in the list.</summary>
    private long _start;

    /// <summary>The number that the next reservation gets.</summary>
    public long End { get; private set; }

    public ref Reservation this[long number] => ref Chunk(ChunkOf(number))![IndexOf(number)];

    /// <summary>Whether the number is of a reservation that is still kept.</summary>
    public bool Contains(long number) =>
        ChunkOf(number) >= _start
        && number < End
        && Chunk(ChunkOf(number)) is { } chunk
        && chunk.Keeps(IndexOf(number));

    /// <summary>Adds a reservation; its state is set next.</summary>
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
        var before = this[number].Status;
        Chunk(ChunkOf(number))!.SetStatus(IndexOf(number), status);
        Note(ChunkOf(number), before);
        Note(ChunkOf(number), status);
    }

    public void Remove(long number)
    {
        var at = ChunkOf(number);
        var chunk = Chunk(at)!;
        var status = chunk[IndexOf(number)].Status;
        chunk.Remove(IndexOf(number));
        Note(at, status);
        if (chunk.Count == 0 && chunk.IsFull)
        {
            _chunks[(int)(at - _start)] = null;
            Trim();
        }
    }

    /// <summary>The nearest kept reservation before a number, of one state or of any.</summary>
    /// <returns>Its number, or <see cref="Reservation.None"/>.</returns>
    public long Before(long number, ReservationStatus? status)
    {
        var last = Math.Min(number, End) - 1;
        var bits = _occupied[(int)(status ?? default)];
        for (var at = last < 0 ? -1 : bits.LastUpTo(ChunkOf(last)); at >= 0; at = bits.LastUpTo(at - 1))
        {
            var index = Chunk(at)!.LastUpTo(at == ChunkOf(last) ? IndexOf(last) : ReservationChunk.Size - 1, status);
            if (index >= 0)
            {
                return (at * ReservationChunk.Size) + index;
            }
        }

        return Reservation.None;
    }

    /// <summary>The nearest kept reservation after a number, of one state or of any.</summary>
    /// <returns>Its number, or <see cref="Reservation.None"/>.</returns>
    public long After(long number, ReservationStatus? status)
    {
        var first = number + 1;
        var bits = _occupied[(int)(status ?? default)];
        for (var at = bits.FirstFrom(ChunkOf(first)); at >= 0; at = bits.FirstFrom(at + 1))
        {
            var index = Chunk(at)!.FirstFrom(at == ChunkOf(first) ? IndexOf(first) : 0, status);
            if (index >= 0)
            {
                return (at * ReservationChunk.Size) + index;
            }
        }

        return Reservation.None;
    }

    private static long ChunkOf(long number) => number / ReservationChunk.Size;

    private static int IndexOf(long number) => (int)(number % ReservationChunk.Size);

    private ReservationChunk? Chunk(long at) => _chunks[(int)(at - _start)];

    /// <summary>Brings a chunk's bits up to date for one state, and for any.</summary>
    private void Note(long at, ReservationStatus status)
    {
        var chunk = Chunk(at)!;
        if (status != ReservationStatus.Unknown)
        {
            _occupied[(int)status].Set(at, chunk.CountOf(status) > 0);
        }

        _occupied[0].Set(at, chunk.Count > 0);
    }

    private void Trim()
    {
        var gone = _chunks.FindIndex(chunk => chunk is not null);
        gone = gone < 0 ? _chunks.Count : gone;
        if (gone == 0)
        {
            return;
        }

        _chunks.RemoveRange(0, gone);
        _start += gone;
        foreach (var bits in _occupied)
        {
            bits.TrimBefore(_start);
        }
    }
}
