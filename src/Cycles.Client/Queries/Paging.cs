using System.Runtime.CompilerServices;

namespace Cycles;

/// <summary>Follows cursors to the last page.</summary>
internal static class Paging
{
    public static async IAsyncEnumerable<Balance> BalancesAsync(
        ICyclesAuthority authority,
        BalanceQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var next = query; next is not null; )
        {
            var response = await authority.GetBalancesAsync(next, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccess)
            {
                throw CyclesException.Refused("Reading balances", response.Error, response.Metadata);
            }

            foreach (var balance in response.Value.Balances)
            {
                yield return balance;
            }

            next = Cursor(response.Value.HasMore, response.Value.NextCursor, next.Cursor) is { } cursor
                ? next with
                {
                    Cursor = cursor,
                }
                : null;
        }
    }

    public static async IAsyncEnumerable<ReservationSummary> ReservationsAsync(
        ICyclesAuthority authority,
        ReservationListQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (var next = query; next is not null; )
        {
            var response = await authority.ListReservationsAsync(next, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccess)
            {
                throw CyclesException.Refused("Listing reservations", response.Error, response.Metadata);
            }

            foreach (var reservation in response.Value.Reservations)
            {
                yield return reservation;
            }

            next = Cursor(response.Value.HasMore, response.Value.NextCursor, next.Cursor) is { } cursor
                ? next with
                {
                    Cursor = cursor,
                }
                : null;
        }
    }

    /// <summary>Where the next page starts; null after the last one.</summary>
    private static string? Cursor(bool? hasMore, string? next, string? current)
    {
        if (hasMore == false || string.IsNullOrEmpty(next))
        {
            return null;
        }

        return string.Equals(next, current, StringComparison.Ordinal)
            ? throw new CyclesException("The authority answered the same page cursor twice, so the list has no end.")
            : next;
    }
}
