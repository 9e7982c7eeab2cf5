namespace Cycles;

/// <summary>What a release did (protocol operation <c>releaseReservation</c>).</summary>
public sealed record ReleaseResponse
{
    /// <summary>Always <see cref="ReservationStatus.Released"/>.</summary>
    public required ReservationStatus Status { get; init; }

    /// <summary>What was given back: the whole estimate.</summary>
    public required Amount Released { get; init; }

    /// <summary>The budgeted scopes after the change, root first.</summary>
    public IReadOnlyList<Balance>? Balances { get; init; }

    /// <summary>The signed evidence of this release, where the server emits it.</summary>
    public CyclesEvidenceRef? CyclesEvidence { get; init; }
}
