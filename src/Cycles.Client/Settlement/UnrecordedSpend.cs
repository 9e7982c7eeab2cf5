using System.Text.Json;

namespace Cycles;

/// <summary>
/// Money that was spent and is not known to be recorded, with everything that is needed to record it by hand. Where
/// <see cref="Outcome"/> is Pending and there is a <see cref="ReservationId"/>, look at the reservation first: if it is
/// committed, the spend is recorded. <see cref="CyclesClient.RecordEventAsync"/> with this <see cref="IdempotencyKey"/>
/// does not charge again what went through as an event.
/// </summary>
public sealed record UnrecordedSpend
{
    /// <summary>
    /// <see cref="SettlementOutcome.Rejected"/> when it was refused for good or never sent;
    /// <see cref="SettlementOutcome.Pending"/> when the client was disposed before it got through and no journal holds it,
    /// so that the authority may have recorded it after all.
    /// </summary>
    public required SettlementOutcome Outcome { get; init; }

    /// <summary>The hold that it was to settle; null for a plain event.</summary>
    public string? ReservationId { get; init; }

    /// <summary>Who acted, and for whom.</summary>
    public required Subject Subject { get; init; }

    /// <summary>What was done.</summary>
    public required CyclesAction Action { get; init; }

    /// <summary>What it cost.</summary>
    public required Amount Actual { get; init; }

    /// <summary>Whether <see cref="Actual"/> is the estimate because nobody knew better.</summary>
    public bool ActualIsEstimate { get; init; }

    /// <summary>The key under which it was sent.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>What is worth keeping beside the amount.</summary>
    public CyclesMetrics? Metrics { get; init; }

    /// <summary>Free data to keep with it.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>The last refusal; null where no answer came back.</summary>
    public CyclesError? Error { get; init; }

    /// <summary>
    /// Where the journal keeps it from now on, a path for example; null where there is no journal, or it failed.
    /// </summary>
    public string? DeadLetter { get; init; }
}
