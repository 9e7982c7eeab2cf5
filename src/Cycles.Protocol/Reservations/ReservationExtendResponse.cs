namespace Cycles;

/// <summary>What an extension did (protocol operation <c>extendReservation</c>).</summary>
public sealed record ReservationExtendResponse
{
    /// <summary>Always <see cref="ReservationStatus.Active"/>.</summary>
    public required ReservationStatus Status { get; init; }

    /// <summary>The new end by the authority's clock, in Unix milliseconds.</summary>
    public required long ExpiresAtMs { get; init; }

    /// <summary>How long the hold had left when this answer was made, in milliseconds; made afresh on a replay.</summary>
    public long? RemainingTtlMs { get; init; }

    /// <summary>The budgeted scopes, which an extension leaves as they are.</summary>
    public IReadOnlyList<Balance>? Balances { get; init; }
}
