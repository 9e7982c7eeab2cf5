using System.Runtime.CompilerServices;

namespace Cycles;

/// <summary>Follows cursors to the last page.</summary>
internal static class Paging
{
    public static IAsyncEnumerable<BalanceResponse> BalancesAsync(
        ICyclesAuthority authority,
        BalanceQuery query,
        CancellationToken cancellationToken
    ) =>
        PagesAsync(
            "Reading balances",
            query.Cursor,
            (cursor, token) => authority.GetBalancesAsync(query with { Cursor = cursor }, token),
            static (page, metadata) => page with { ResponseMetadata = metadata },
            static page => (page.HasMore, page.NextCursor),
            cancellationToken
        );

    public static IAsyncEnumerable<ReservationListResponse> ReservationsAsync(
        ICyclesAuthority authority,
        ReservationListQuery query,
        CancellationToken cancellationToken
    ) =>
        PagesAsync(
            "Listing reservations",
            query.Cursor,
            (cursor, token) => authority.ListReservationsAsync(query with { Cursor = cursor }, token),
            static (page, metadata) => page with { ResponseMetadata = metadata },
            static page => (page.HasMore, page.NextCursor),
            cancellationToken
        );

    /// <summary>What is on the pages, in their order.</summary>
    public static async IAsyncEnumerable<TItem> ItemsAsync<TPage, TItem>(
        IAsyncEnumerable<TPage> pages,
        Func<TPage, IReadOnlyList<TItem>> items,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (var page in pages.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var item in items(page))
            {
                yield return item;
            }
        }
    }

    private static async IAsyncEnumerable<TPage> PagesAsync<TPage>(
        string what,
        string? cursor,
        Func<string?, CancellationToken, ValueTask<CyclesResponse<TPage>>> read,
        Func<TPage, CyclesResponseMetadata, TPage> label,
        Func<TPage, (bool? HasMore, string? Next)> end,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
        where TPage : class
    {
        do
        {
            var response = await read(cursor, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccess)
            {
                throw CyclesException.Refused(what, response.Error, response.Metadata);
            }

            yield return label(response.Value, response.Metadata);
            cursor = Following(cursor, end(response.Value), response);
        } while (cursor is not null);
    }

    /// <summary>Where the next page starts; null after the last one.</summary>
    private static string? Following<TPage>(
        string? current,
        (bool? HasMore, string? Next) end,
        in CyclesResponse<TPage> response
    )
        where TPage : class
    {
        if (end.HasMore == false || string.IsNullOrEmpty(end.Next))
        {
            return null;
        }

        return string.Equals(end.Next, current, StringComparison.Ordinal)
            ? throw CyclesException.After(
                "The authority answered the same page cursor twice, so the list has no end.",
                response.Status,
                response.Metadata
            )
            : end.Next;
    }
}
