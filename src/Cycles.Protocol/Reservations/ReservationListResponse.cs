namespace Cycles;

/// <summary>A page of reservations (protocol operation <c>listReservations</c>).</summary>
public sealed record ReservationListResponse
{
    /// <summary>The page.</summary>
    public required IReadOnlyList<ReservationSummary> Reservations { get; init; }

    /// <summary>Where the next page starts, if there is one.</summary>
    public string? NextCursor { get; init; }

    /// <summary>Whether there is a next page.</summary>
    public bool? HasMore { get; init; }
}
