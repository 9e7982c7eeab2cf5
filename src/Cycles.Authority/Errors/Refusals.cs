namespace Cycles.Authority;

/// <summary>Every refusal's words: what was refused, why, and what to do.</summary>
internal static class Refusals
{
    public static CyclesError Invalid(ValidationFinding finding) =>
        CyclesError.Of(400, ErrorCode.InvalidRequest, finding.ToString(), new Details().With("field", finding.Field));

    public static CyclesError ForeignSubject(string subject, string tenant) =>
        CyclesError.Of(
            403,
            ErrorCode.Forbidden,
            $"subject.tenant '{subject}' is not '{tenant}', the tenant that this authority acts for. "
                + "Use the authority, or the API key, of that tenant."
        );

    public static CyclesError ForeignReservation(string id) =>
        CyclesError.Of(403, ErrorCode.Forbidden, $"Reservation '{id}' belongs to another tenant.");

    public static CyclesError ReservationNotFound(string id) =>
        CyclesError.Of(
            404,
            ErrorCode.NotFound,
            $"Reservation not found: '{id}'. It never existed, or it ended so long ago that its record is gone."
        );

    public static CyclesError BudgetNotFound(string leaf, AmountUnit unit) =>
        CyclesError.Of(
            404,
            ErrorCode.NotFound,
            $"Budget not found for provided scope: {leaf}. No scope of the subject has a budget, in {NameOf(unit)} or "
                + "any other unit; create one on at least one of them.",
            new Details().With("scope", leaf).With("requested_unit", unit)
        );

    public static CyclesError UnitMismatch(string scope, AmountUnit requested, AmountUnit[] expected) =>
        CyclesError.Of(
            400,
            ErrorCode.UnitMismatch,
            $"{scope} has no budget in {NameOf(requested)}, only in {string.Join(", ", expected.Select(NameOf))}. "
                + "Ask in one of these units, or create a budget in the requested one.",
            new Details().With("scope", scope).With("requested_unit", requested).With("expected_units", expected)
        );

    /// <summary>A reservation lives in one unit, whatever budgets there are.</summary>
    public static CyclesError ActualUnitMismatch(string id, string leaf, AmountUnit requested, AmountUnit held) =>
        CyclesError.Of(
            400,
            ErrorCode.UnitMismatch,
            $"actual.unit must be {NameOf(held)}, the unit that reservation '{id}' holds, but was {NameOf(requested)}.",
            new Details()
                .With("field", "actual.unit")
                .With("scope", leaf)
                .With("requested_unit", requested)
                .With("expected_units", [held])
        );

    public static CyclesError KeyMismatch(string key) =>
        CyclesError.Of(
            409,
            ErrorCode.IdempotencyMismatch,
            $"Idempotency key '{key}' was used with another payload. Use a new key for a new operation, and repeat an "
                + "operation unchanged."
        );

    public static CyclesError TenantClosed(string tenant) =>
        CyclesError.Of(
            409,
            ErrorCode.TenantClosed,
            $"Tenant '{tenant}' is closed: nothing can be held, charged or changed for it any more."
        );

    public static CyclesError Expired(string id) =>
        CyclesError.Of(
            410,
            ErrorCode.ReservationExpired,
            $"Reservation '{id}' has expired and its hold is gone. Record what was spent as an event."
        );

    /// <summary>An extension that came in grace: the hold is still there, so an event would charge it twice.</summary>
    public static CyclesError TooLateToExtend(string id) =>
        CyclesError.Of(
            410,
            ErrorCode.ReservationExpired,
            $"Reservation '{id}' has ended and can no longer be extended. It is in its grace period: commit or release it "
                + "now."
        );

    public static CyclesError Finalized(string id, ReservationStatus status) =>
        CyclesError.Of(
            409,
            ErrorCode.ReservationFinalized,
            $"Reservation '{id}' is {(status == ReservationStatus.Committed ? "COMMITTED" : "RELEASED")} already.",
            new Details().With("status", status == ReservationStatus.Committed ? "COMMITTED" : "RELEASED")
        );

    public static CyclesError TooManyExtensions(string id, int most) =>
        CyclesError.Of(
            409,
            ErrorCode.MaxExtensionsExceeded,
            $"Reservation '{id}' was extended {most} times, as often as its tenant allows. Settle it before it expires, "
                + "or split the work into several reservations.",
            new Details().With("max_extensions", most)
        );

    /// <summary>
    /// A commit above its hold whose policy takes no overage. What is left plays no part in it, so neither waiting nor
    /// funding helps.
    /// </summary>
    public static CyclesError OverageRejected(in Refusal refusal, string scope, Amount held, Amount asked) =>
        CyclesError.Of(
            409,
            refusal.Code,
            $"The commit of {asked} was refused: it exceeds the hold of {held}, and the reservation's policy REJECT takes "
                + $"no overage ({scope} has {refusal.State.Remaining} left). Commit at most the hold; from now on estimate "
                + "with a margin, or reserve under another policy.",
            new Details()
                .With("scope", scope)
                .With("unit", asked.Unit)
                .With("requested", asked.Value)
                .With("reserved", held.Value)
                .With("remaining", refusal.State.Remaining)
        );

    /// <summary>What a rule refused, with the first scope that failed and its figures.</summary>
    public static CyclesError Of(in Refusal refusal, BudgetSet budgets, long asked, string operation)
    {
        // Nothing was applied, so the budget stands as it was asked; the rule may have been half done with its own copy.
        var budget = budgets[refusal.Scope];
        return Of(refusal with { State = budget.State }, budget.Scope, new Amount(budgets.Unit, asked), operation);
    }

    public static CyclesError Of(in Refusal refusal, string scope, Amount asked, string operation)
    {
        var state = refusal.State;
        var details = new Details()
            .With("scope", scope)
            .With("unit", asked.Unit)
            .With("requested", asked.Value)
            .With("remaining", state.Remaining);
        return refusal.Code switch
        {
            ErrorCode.InvalidRequest => CyclesError.Of(
                400,
                refusal.Code,
                $"The {operation} of {asked} was refused: the ledger of {scope} would leave the range of 64-bit numbers "
                    + $"(at most {long.MaxValue}). Use smaller amounts.",
                details
                    .With("field", operation == "fund operation" ? "amount" : "actual.amount")
                    .With("maximum", long.MaxValue)
            ),
            ErrorCode.BudgetFrozen => CyclesError.Of(
                409,
                refusal.Code,
                $"The {operation} of {asked} was refused: the budget of {scope} is frozen ({state.Remaining} left). "
                    + "An operator has to unfreeze it.",
                details
            ),
            ErrorCode.BudgetClosed => CyclesError.Of(
                409,
                refusal.Code,
                $"The {operation} of {asked} was refused: the budget of {scope} is closed for good.",
                details
            ),
            ErrorCode.DebtOutstanding => CyclesError.Of(
                409,
                refusal.Code,
                $"The {operation} of {asked} was refused: {scope} owes {state.Debt} and may not owe anything. "
                    + "An operator has to fund it.",
                details.With("debt", state.Debt)
            ),
            ErrorCode.OverdraftLimitExceeded => CyclesError.Of(
                409,
                refusal.Code,
                state.IsOverLimit
                    ? $"The {operation} of {asked} was refused: {scope} is over its limit ({state.Remaining} left, "
                        + $"{state.Debt} owed, {state.OverdraftLimit} allowed). An operator has to fund it."
                    : $"The {operation} of {asked} was refused: {scope} has {state.Remaining} left and would owe more than "
                        + $"its overdraft limit of {state.OverdraftLimit} (it owes {state.Debt}).",
                details.With("debt", state.Debt).With("overdraft_limit", state.OverdraftLimit)
            ),
            _ => CyclesError.Of(
                409,
                refusal.Code,
                $"The {operation} of {asked} was refused: {scope} has {state.Remaining} left. Wait for holds to end, ask "
                    + "for less, or have an operator fund it.",
                details
            ),
        };
    }

    private static string NameOf(AmountUnit unit) => Details.NameOf(unit);
}
