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
    public IReadOnlyList<Balance>? Balances { get; init; }

    /// <summary>The signed evidence of this commit, where the server emits it.</summary>
    public CyclesEvidenceRef? CyclesEvidence { get; init; }
}
