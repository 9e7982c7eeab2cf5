namespace Cycles.Authority;

/// <summary>
/// List (protocol operation <c>listReservations</c>). In the order of creation a page costs what it shows, whatever the
/// status filter leaves out; any other order looks at all that matches.
/// </summary>
internal static class ListReservations
{
    private const int DefaultLimit = 50;

    public static CyclesResponse<ReservationListResponse> Execute(TenantSpace space, ReservationListQuery query)
    {
        var filter = new ReservationFilter(query);
        var question = filter.Describe();
        RowPosition? start = null;
        if (query.Cursor is { Length: > 0 } cursor)
        {
            start = Cursor.Read(cursor, question) is { } text ? RowPosition.Read(text) : null;
            if (start is null)
            {
                return space.Refuse<ReservationListResponse>(Cursor.Foreign);
            }
        }

        var limit = query.Limit ?? DefaultLimit;
        using var hold = space.Enter(out _);
        var found = Find(space, query, filter, start, limit + 1);
        var rows = new List<ReservationSummary>(Math.Min(found.Count, limit));
        for (var i = 0; i < found.Count && i < limit; i++)
        {
            rows.Add(ReservationRow.Summary(space.Reservations[found[i]], space.IdOf(found[i]), query.Include));
        }

        var hasMore = found.Count > limit;
        var response = new ReservationListResponse
        {
            Reservations = rows,
            HasMore = hasMore,
            NextCursor = hasMore
                ? Cursor.Write(question, PositionOf(space, query.SortBy, found[limit - 1]).Write())
                : null,
        };
        return space.Answer(response);
    }

    private static List<long> Find(
        TenantSpace space,
        ReservationListQuery query,
        ReservationFilter filter,
        RowPosition? start,
        int most
    )
    {
        if (filter.Key is { } key)
        {
            return FindByKey(space, query, filter, key, start, most);
        }

        // Ids and times of creation both grow with the number.
        return query.SortBy is null or ReservationSortKey.CreatedAt or ReservationSortKey.ReservationId
            ? Walk(space.Reservations, query, filter, start, most)
            : Sort(space, query, filter, start, most, All(space.Reservations, query.Status));
    }

    /// <summary>A key made one reservation in its lifetime, and seldom another one after it: any order is a short sort.</summary>
    private static List<long> FindByKey(
        TenantSpace space,
        ReservationListQuery query,
        ReservationFilter filter,
        in ReplayKey key,
        RowPosition? start,
        int most
    )
    {
        var rows = new List<long>();
        var number = space.Reservations.BeforeByKey(key, long.MaxValue);
        while (number != Reservation.None)
        {
            rows.Add(number);
            number = space.Reservations.BeforeByKey(key, number);
        }

        return Sort(space, query, filter, start, most, rows);
    }

    private static IEnumerable<long> All(ReservationBook book, ReservationStatus? status)
    {
        for (var number = book.After(Reservation.None, status); number != Reservation.None; )
        {
            yield return number;
            number = book.After(number, status);
        }
    }

    private static List<long> Walk(
        ReservationBook book,
        ReservationListQuery query,
        ReservationFilter filter,
        RowPosition? start,
        int most
    )
    {
        var found = new List<long>(most);
        var forward = query.SortDirection == SortDirection.Ascending;
        var number = Step(start?.Row ?? (forward ? Reservation.None : long.MaxValue));
        while (number != Reservation.None && found.Count < most)
        {
            ref var reservation = ref book[number];
            if (forward ? reservation.CreatedAt > filter.CreatedTo : reservation.CreatedAt < filter.CreatedFrom)
            {
                break;
            }

            if (filter.Matches(reservation))
            {
                found.Add(number);
            }

            number = Step(number);
        }

        return found;

        long Step(long from) => forward ? book.After(from, query.Status) : book.Before(from, query.Status);
    }

    private static List<long> Sort(
        TenantSpace space,
        ReservationListQuery query,
        ReservationFilter filter,
        RowPosition? start,
        int most,
        IEnumerable<long> candidates
    )
    {
        var sign = query.SortDirection == SortDirection.Ascending ? 1 : -1;

        // Only a page is kept while all are looked at: the first to go is the one that comes last.
        var page = new PriorityQueue<long, RowPosition>(
            Comparer<RowPosition>.Create((left, right) => sign * right.CompareTo(left))
        );
        foreach (var number in candidates)
        {
            var position = PositionOf(space, query.SortBy, number);
            var isAhead = start is not { } from || sign * position.CompareTo(from) > 0;
            if (isAhead && filter.Matches(space.Reservations[number]))
            {
                page.Enqueue(number, position);
                if (page.Count > most)
                {
                    page.Dequeue();
                }
            }
        }

        var found = new List<long>(page.Count);
        while (page.TryDequeue(out var number, out _))
        {
            found.Add(number);
        }

        found.Reverse();
        return found;
    }

    /// <summary>A cursor holds this rather than the row alone, whose value may have changed by the next page.</summary>
    private static RowPosition PositionOf(TenantSpace space, ReservationSortKey? key, long number)
    {
        ref var reservation = ref space.Reservations[number];
        return key switch
        {
            ReservationSortKey.Tenant => new(number, reservation.Budgets.Scopes.Subject.Tenant ?? space.Tenant),
            ReservationSortKey.ScopePath => new(number, reservation.Budgets.Scopes.Leaf),
            ReservationSortKey.Status => new(number, reservation.Status.ToString()),
            ReservationSortKey.Reserved => new(number, Number: reservation.Estimate),
            ReservationSortKey.ExpiresAt => new(number, Number: reservation.ExpiresAt),
            _ => new(number),
        };
    }
}
