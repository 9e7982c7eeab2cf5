namespace Cycles;

/// <summary>Gives a hold back.</summary>
internal sealed class HoldRelease(
    ICyclesAuthority authority,
    string? reservationId,
    ReservationCreateRequest origin,
    ReleaseRequest request
) : SettlementOperation
{
    public override string Description => "released";

    /// <summary>Null where nothing is held, so that there is nothing to give back.</summary>
    public string? ReservationId => reservationId;

    public CyclesAction Action => origin.Action;

    public Amount Estimate => origin.Estimate;

    /// <summary>One attempt; throws what the seam throws.</summary>
    public ValueTask<CyclesResponse<ReleaseResponse>> SendAsync() =>
        authority.ReleaseReservationAsync(reservationId!, request, CancellationToken.None);

    public Settlement Done(ReleaseResponse response, CyclesResponseMetadata metadata) =>
        new()
        {
            Outcome = SettlementOutcome.Released,
            ReservationId = reservationId,
            Released = response.Released,
            Balances = response.Balances,
            Metadata = metadata,
        };

    /// <summary>Nobody confirmed it: the TTL will free the hold.</summary>
    public Settlement LeftToItsTtl(CyclesError? error) =>
        new()
        {
            Outcome = SettlementOutcome.Released,
            ReservationId = reservationId,
            Error = error,
        };
}
