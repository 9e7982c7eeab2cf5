namespace Cycles;

/// <summary>How a reservation or an event was settled. Immutable.</summary>
public sealed record Settlement
{
    /// <summary>What became of it.</summary>
    public required SettlementOutcome Outcome { get; init; }

    /// <summary>The hold that was settled; null for a plain event.</summary>
    public string? ReservationId { get; init; }

    /// <summary>What the action cost, as it was sent; null for a release, which charges nothing.</summary>
    public Amount? Actual { get; init; }

    /// <summary>
    /// Whether <see cref="Actual"/> is the estimate because nobody knew better
    /// (<see cref="WhenActualIsMissing.CommitEstimate"/>).
    /// </summary>
    public bool ActualIsEstimate { get; init; }

    /// <summary>What was charged, once that is known; less than <see cref="Actual"/> where the charge was capped.</summary>
    public Amount? Charged { get; init; }

    /// <summary>
    /// What was given back, where the authority said. Null on <see cref="SettlementOutcome.Released"/> means that nobody
    /// confirmed it, and the TTL frees the hold.
    /// </summary>
    public Amount? Released { get; init; }

    /// <summary>The budgeted scopes after the change, root first, where the authority listed them.</summary>
    public IReadOnlyList<Balance>? Balances { get; init; }

    /// <summary>The event's id, where the amount was charged as one.</summary>
    public string? EventId { get; init; }

    /// <summary>
    /// Whether the hold was lost before its amount was settled, so that others could spend the same budget meanwhile; see
    /// <see cref="LeasePolicy"/>.
    /// </summary>
    public bool LeaseLost { get; init; }

    /// <summary>
    /// The last refusal, for <see cref="SettlementOutcome.Pending"/>, <see cref="SettlementOutcome.Rejected"/> and a
    /// release that failed; null where no answer came back.
    /// </summary>
    public CyclesError? Error { get; init; }

    /// <summary>What came with the answer.</summary>
    public CyclesResponseMetadata Metadata { get; init; } = CyclesResponseMetadata.None;
}
