using System.Diagnostics.CodeAnalysis;

namespace Cycles;

/// <summary>
/// Leases by the time they are due: a binary heap whose leases know their place, so that one that ends is taken out at
/// once and leaves nothing behind.
/// </summary>
/// <remarks>Not thread-safe. A new lease is nearly always the last one due, and goes in without moving another.</remarks>
internal sealed class LeaseQueue
{
    private Lease[] _leases = new Lease[4];

    public int Count { get; private set; }

    public bool TryPeek([NotNullWhen(true)] out Lease? first)
    {
        first = Count > 0 ? _leases[0] : null;
        return first is not null;
    }

    public void Add(Lease lease, TimeSpan due)
    {
        if (Count == _leases.Length)
        {
            Array.Resize(ref _leases, 2 * Count);
        }

        lease.Due = due;
        Up(lease, Count++);
    }

    /// <summary>Takes a lease out; does nothing where it is not in.</summary>
    public void Remove(Lease lease)
    {
        if (lease.Place < 0)
        {
            return;
        }

        var hole = lease.Place;
        lease.Place = -1;
        var last = _leases[--Count];
        _leases[Count] = null!;
        if (hole == Count)
        {
            return;
        }

        // The last one fills the hole, and may belong above it as well as below.
        Down(last, hole);
        Up(last, last.Place);
    }

    private void Up(Lease lease, int place)
    {
        while (place > 0 && _leases[(place - 1) / 2] is var parent && lease.Due < parent.Due)
        {
            Put(parent, place);
            place = (place - 1) / 2;
        }

        Put(lease, place);
    }

    private void Down(Lease lease, int place)
    {
        while ((2 * place) + 1 is var child && child < Count)
        {
            if (child + 1 < Count && _leases[child + 1].Due < _leases[child].Due)
            {
                child++;
            }

            if (lease.Due <= _leases[child].Due)
            {
                break;
            }

            Put(_leases[child], place);
            place = child;
        }

        Put(lease, place);
    }

    private void Put(Lease lease, int place)
    {
        _leases[place] = lease;
        lease.Place = place;
    }
}
