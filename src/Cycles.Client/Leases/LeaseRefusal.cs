namespace Cycles;

/// <summary>What a refused extension says of the hold.</summary>
internal static class LeaseRefusal
{
    /// <summary>
    /// Whether there is no hold any more. All other refusals leave what is left of it (protocol, HEARTBEAT GUIDANCE: of
    /// the permanent conditions MAX_EXTENSIONS_EXCEEDED alone leaves the reservation active).
    /// </summary>
    public static bool IsLoss(CyclesError error) =>
        OutcomeClassifier.Of(error) == Outcome.Expired
        || error.Code is ErrorCode.ReservationFinalized or ErrorCode.NotFound or ErrorCode.TenantClosed
            && OutcomeClassifier.Of(error) is Outcome.Refused or Outcome.Contested;
}
