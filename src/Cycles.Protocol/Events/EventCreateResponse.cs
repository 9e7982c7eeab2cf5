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
    public IReadOnlyList<Balance>? Balances { get; init; }
}
