using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>What an event did (protocol operation <c>createEvent</c>).</summary>
public sealed record EventCreateResponse
{
    /// <summary>Always <see cref="EventStatus.Applied"/>.</summary>
    public required EventStatus Status { get; init; }

    /// <summary>The event's id.</summary>
    public required string EventId { get; init; }

    /// <summary>What was charged, where it is less than the amount of the event.</summary>
    public Amount? Charged { get; init; }

    /// <summary>The budgeted scopes after the change, root first.</summary>
    [JsonConverter(typeof(SnapshotBalancesConverter))]
    public IReadOnlyList<Balance>? Balances { get; init; }

    /// <summary>Finds the first field that is not what the protocol promises.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.Status(Status, EventStatus.Applied)
        ?? Check.Length("event_id", EventId, 1, int.MaxValue)
        ?? Check.Amount("charged", Charged);
}
