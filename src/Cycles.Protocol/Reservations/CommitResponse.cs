using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>What a commit did (protocol operation <c>commitReservation</c>).</summary>
public sealed record CommitResponse
{
    /// <summary>Always <see cref="ReservationStatus.Committed"/>.</summary>
    public required ReservationStatus Status { get; init; }

    /// <summary>What was charged: the actual amount, or less where ALLOW_IF_AVAILABLE could not cover all of it.</summary>
    public required Amount Charged { get; init; }

    /// <summary>What was given back, where less than the estimate was charged.</summary>
    public Amount? Released { get; init; }

    /// <summary>The budgeted scopes after the change, root first.</summary>
    [JsonConverter(typeof(SnapshotBalancesConverter))]
    public IReadOnlyList<Balance>? Balances { get; init; }

    /// <summary>The signed evidence of this commit, where the server emits it.</summary>
    public CyclesEvidenceRef? CyclesEvidence { get; init; }

    /// <summary>Finds the first field that is not what the protocol promises.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.Status(Status, ReservationStatus.Committed)
        ?? Check.Amount("charged", Charged)
        ?? Check.Amount("released", Released);
}
