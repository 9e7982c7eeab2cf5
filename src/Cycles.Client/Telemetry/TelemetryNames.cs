namespace Cycles;

/// <summary>Every name that operators can build on, in one place. No tag holds an id, a key or content; spans hold ids.</summary>
internal static class TelemetryNames
{
    /// <summary>Of the activity source, the meter and the log category.</summary>
    public const string Source = "Cycles.Client";

    public const string Reserve = "cycles.reserve";
    public const string Commit = "cycles.commit";
    public const string Release = "cycles.release";
    public const string Extend = "cycles.extend";
    public const string Decide = "cycles.decide";
    public const string Event = "cycles.event";

    public const string Duration = "cycles.client.operation.duration";
    public const string Denials = "cycles.client.denials";
    public const string Pending = "cycles.client.settlements.pending";
    public const string OldestPending = "cycles.client.settlements.oldest_pending.age";
    public const string Retries = "cycles.client.settlements.retries";
    public const string JournalFailures = "cycles.client.journal.failures";
    public const string FailOpens = "cycles.client.fail_opens";
    public const string DeadLetters = "cycles.client.dead_letters";
    public const string LeasesLost = "cycles.client.leases.lost";

    public const string OperationTag = "cycles.operation";
    public const string DecisionTag = "cycles.decision";
    public const string ReasonTag = "cycles.reason";
    public const string UnitTag = "cycles.unit";
    public const string ActionKindTag = "cycles.action.kind";

    public const string EstimateTag = "cycles.amount.estimate";
    public const string ActualTag = "cycles.amount.actual";
    public const string ChargedTag = "cycles.amount.charged";
    public const string ReleasedTag = "cycles.amount.released";
    public const string ReservationTag = "cycles.reservation.id";
    public const string RequestTag = "cycles.request.id";
    public const string StatusTag = "http.response.status_code";
}
