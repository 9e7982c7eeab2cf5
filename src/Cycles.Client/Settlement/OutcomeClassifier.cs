namespace Cycles;

/// <summary>The one place that says what an answer means, for reserve, settlement and release alike.</summary>
internal static class OutcomeClassifier
{
    public static Outcome Of(in CyclesResponse<CommitResponse> response) =>
        !response.IsSuccess ? Of(response.Error)
        : response is { Status: 200, Value.Status: ReservationStatus.Committed } ? Outcome.Succeeded
        : Outcome.Ambiguous;

    public static Outcome Of(in CyclesResponse<EventCreateResponse> response) =>
        !response.IsSuccess ? Of(response.Error)
        : response is { Status: 201, Value: { Status: EventStatus.Applied, EventId.Length: > 0 } } ? Outcome.Succeeded
        : Outcome.Ambiguous;

    public static Outcome Of(in CyclesResponse<ReleaseResponse> response) =>
        !response.IsSuccess ? Of(response.Error)
        : response is { Status: 200, Value.Status: ReservationStatus.Released } ? Outcome.Succeeded
        : Outcome.Ambiguous;

    public static Outcome Of(in CyclesResponse<ReservationExtendResponse> response) =>
        !response.IsSuccess ? Of(response.Error)
        : response is { Status: 200, Value.Status: ReservationStatus.Active } ? Outcome.Succeeded
        : Outcome.Ambiguous;

    /// <summary>A live answer that allows has to name its hold; a denial and a dry run have none.</summary>
    public static Outcome Of(in CyclesResponse<ReservationCreateResponse> response, bool dryRun)
    {
        if (!response.IsSuccess)
        {
            return Of(response.Error);
        }

        if (response.Status != 200)
        {
            return Outcome.Ambiguous;
        }

        return response.Value.Decision switch
        {
            Decision.Deny => Outcome.Succeeded,
            Decision.Allow or Decision.AllowWithCaps when dryRun || response.Value.ReservationId is { Length: > 0 } =>
                Outcome.Succeeded,
            _ => Outcome.Ambiguous,
        };
    }

    public static Outcome Of(CyclesError? error)
    {
        if (error is null)
        {
            // An answer with neither a value nor a refusal is none.
            return Outcome.Ambiguous;
        }

        var code = error.Code;
        if (error.Status == 429 || code == ErrorCode.LimitExceeded)
        {
            return Outcome.Throttled;
        }

        // Before the codes: whatever a 5xx says, the server did not finish saying it, and the charge may be made.
        if (error.Status is < 400 or >= 500)
        {
            return Outcome.Ambiguous;
        }

        if (error.Status == 410 || code == ErrorCode.ReservationExpired)
        {
            return Outcome.Expired;
        }

        if (error.Status is 401 or 403)
        {
            return Outcome.Unauthenticated;
        }

        return code switch
        {
            ErrorCode.Unknown or ErrorCode.InternalError => Outcome.Unclassified,
            ErrorCode.ReservationFinalized or ErrorCode.IdempotencyMismatch => Outcome.Contested,
            _ => Outcome.Refused,
        };
    }

    /// <summary>
    /// Whether a refused reserve is the budget's answer. Only there: on a commit, an extension or an event the action
    /// has happened, and the same codes are a refused settlement.
    /// </summary>
    public static bool IsDenial(CyclesError error) =>
        error.Status == 409
        && error.Code
            is ErrorCode.BudgetExceeded
                or ErrorCode.BudgetFrozen
                or ErrorCode.BudgetClosed
                or ErrorCode.OverdraftLimitExceeded
                or ErrorCode.DebtOutstanding
                or ErrorCode.TenantClosed;
}
