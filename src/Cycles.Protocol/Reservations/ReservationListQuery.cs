namespace Cycles;

/// <summary>Which reservations to list, and in what order (protocol operation <c>listReservations</c>).</summary>
/// <remarks>All filters must hold at once. Time windows include both ends, and either end may be open.</remarks>
public sealed record ReservationListQuery
{
    /// <summary>Levels that the reservation's subject must have; dimensions do not filter.</summary>
    public Subject? Subject { get; init; }

    /// <summary>One state only.</summary>
    public ReservationStatus? Status { get; init; }

    /// <summary>The key of the reserve that made it: finds a reservation whose id was lost.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Made at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Made at this time or earlier.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Ending at this time or later.</summary>
    public DateTimeOffset? ExpiresFrom { get; init; }

    /// <summary>Ending at this time or earlier.</summary>
    public DateTimeOffset? ExpiresTo { get; init; }

    /// <summary>Committed or released at this time or later; others are left out.</summary>
    public DateTimeOffset? FinalizedFrom { get; init; }

    /// <summary>Committed or released at this time or earlier; others are left out.</summary>
    public DateTimeOffset? FinalizedTo { get; init; }

    /// <summary>What to sort by; default <see cref="ReservationSortKey.CreatedAt"/>.</summary>
    public ReservationSortKey? SortBy { get; init; }

    /// <summary>Which way; default <see cref="SortDirection.Descending"/>.</summary>
    public SortDirection? SortDirection { get; init; }

    /// <summary>Heavy fields to bring along; none by default. Pages of one walk may differ in this.</summary>
    public ReservationIncludes Include { get; init; }

    /// <summary>The most to return in one page; 1 to 200, default 50.</summary>
    public int? Limit { get; init; }

    /// <summary>
    /// Where the page before ended, from <see cref="ReservationListResponse.NextCursor"/>; good only for the same
    /// filters and order.
    /// </summary>
    public string? Cursor { get; init; }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Subject?.Validate()
        ?? (
            Status is { } status && !WireEnum<ReservationStatus>.IsDefined(status)
                ? new ValidationFinding("status", $"must be one of {WireEnum<ReservationStatus>.Expected}")
                : null
        )
        ?? Check.Length("idempotency_key", IdempotencyKey, 1, 256)
        ?? Check.Window("from", From, "to", To)
        ?? Check.Window("expires_from", ExpiresFrom, "expires_to", ExpiresTo)
        ?? Check.Window("finalized_from", FinalizedFrom, "finalized_to", FinalizedTo)
        ?? Check.Range("sort_by", (long?)SortBy, 0, (long)ReservationSortKey.ExpiresAt)
        ?? Check.Range("sort_dir", (long?)SortDirection, 0, (long)Cycles.SortDirection.Ascending)
        ?? Check.Range("limit", Limit, 1, 200);
}
