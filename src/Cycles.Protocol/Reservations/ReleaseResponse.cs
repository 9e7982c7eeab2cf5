using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>What a release did (protocol operation <c>releaseReservation</c>).</summary>
public sealed record ReleaseResponse
{
    /// <summary>Always <see cref="ReservationStatus.Released"/>.</summary>
    public required ReservationStatus Status { get; init; }

    /// <summary>What was given back: the whole estimate.</summary>
    public required Amount Released { get; init; }

    /// <summary>The budgeted scopes after the change, root first.</summary>
    [JsonConverter(typeof(SnapshotBalancesConverter))]
    public IReadOnlyList<Balance>? Balances { get; init; }

    /// <summary>The signed evidence of this release, where the server emits it.</summary>
    public CyclesEvidenceRef? CyclesEvidence { get; init; }

    /// <summary>Finds the first field that is not what the protocol promises.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.Status(Status, ReservationStatus.Released) ?? Check.Amount("released", Released);
}
