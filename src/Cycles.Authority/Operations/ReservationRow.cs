namespace Cycles.Authority;

/// <summary>A reservation as readers see it.</summary>
internal static class ReservationRow
{
    public static ReservationDetail Detail(in Reservation reservation, string id) =>
        new()
        {
            ReservationId = id,
            Status = reservation.Status,
            IdempotencyKey = reservation.Key.ToString(),
            Subject = reservation.Budgets.Scopes.Subject,
            Action = reservation.Action,
            Reserved = reservation.EstimatedAmount,
            Committed = reservation.Status == ReservationStatus.Committed ? reservation.ChargedAmount : null,
            CreatedAtMs = reservation.CreatedAt,
            ExpiresAtMs = reservation.ExpiresAt,
            FinalizedAtMs = reservation.FinalizedAt,
            ScopePath = reservation.Budgets.Scopes.Leaf,
            AffectedScopes = reservation.Budgets.Scopes.Paths,
            Metadata = reservation.Extras?.Metadata,
            CommittedMetadata = reservation.Extras?.CommittedMetadata,
        };

    public static ReservationSummary Summary(in Reservation reservation, string id, ReservationIncludes include) =>
        new()
        {
            ReservationId = id,
            Status = reservation.Status,
            IdempotencyKey = reservation.Key.ToString(),
            Subject = reservation.Budgets.Scopes.Subject,
            Action = reservation.Action,
            Reserved = reservation.EstimatedAmount,
            Committed = reservation.Status == ReservationStatus.Committed ? reservation.ChargedAmount : null,
            CreatedAtMs = reservation.CreatedAt,
            ExpiresAtMs = reservation.ExpiresAt,
            FinalizedAtMs = reservation.FinalizedAt,
            ScopePath = reservation.Budgets.Scopes.Leaf,
            AffectedScopes = reservation.Budgets.Scopes.Paths,
            Metadata = include.HasFlag(ReservationIncludes.Metadata) ? reservation.Extras?.Metadata : null,
            CommittedMetadata = include.HasFlag(ReservationIncludes.CommittedMetadata)
                ? reservation.Extras?.CommittedMetadata
                : null,
        };
}
