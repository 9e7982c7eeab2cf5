namespace Cycles.Client.Tests;

public sealed class OutcomeClassifierTests
{
    [TestCase(500, null, "Ambiguous")]
    [TestCase(500, "INTERNAL_ERROR", "Ambiguous")]
    [TestCase(502, "BUDGET_EXCEEDED", "Ambiguous")]
    [TestCase(503, "RESERVATION_EXPIRED", "Ambiguous")]
    [TestCase(429, null, "Throttled")]
    [TestCase(429, "BUDGET_EXCEEDED", "Throttled")]
    [TestCase(503, "LIMIT_EXCEEDED", "Throttled")]
    [TestCase(410, null, "Expired")]
    [TestCase(410, "NOT_FOUND", "Expired")]
    [TestCase(409, "RESERVATION_EXPIRED", "Expired")]
    [TestCase(401, "UNAUTHORIZED", "Unauthenticated")]
    [TestCase(403, "FORBIDDEN", "Unauthenticated")]
    [TestCase(401, null, "Unauthenticated")]
    [TestCase(409, "RESERVATION_FINALIZED", "Contested")]
    [TestCase(409, "IDEMPOTENCY_MISMATCH", "Contested")]
    [TestCase(400, "INVALID_REQUEST", "Refused")]
    [TestCase(400, "UNIT_MISMATCH", "Refused")]
    [TestCase(404, "NOT_FOUND", "Refused")]
    [TestCase(409, "BUDGET_EXCEEDED", "Refused")]
    [TestCase(409, "OVERDRAFT_LIMIT_EXCEEDED", "Refused")]
    [TestCase(409, "TENANT_CLOSED", "Refused")]
    [TestCase(404, null, "Unclassified")]
    [TestCase(409, "SOMETHING_NEW", "Unclassified")]
    [TestCase(400, "INTERNAL_ERROR", "Unclassified")]
    public void An_error_means(int status, string? code, string expected) =>
        Assert.That(
            OutcomeClassifier
                .Of(
                    new CyclesError
                    {
                        Status = status,
                        RawCode = code,
                        Message = "",
                    }
                )
                .ToString(),
            Is.EqualTo(expected)
        );

    [TestCase(200, ReservationStatus.Committed, true)]
    [TestCase(201, ReservationStatus.Committed, false)]
    [TestCase(200, ReservationStatus.Active, false)]
    [TestCase(200, ReservationStatus.Unknown, false)]
    public void A_commit_succeeds_only_as_documented(int status, ReservationStatus state, bool succeeds)
    {
        var response = new CyclesResponse<CommitResponse>(
            status,
            new CommitResponse { Status = state, Charged = Amount.Tokens(1) }
        );
        Assert.That(OutcomeClassifier.Of(response) == Outcome.Succeeded, Is.EqualTo(succeeds));
    }

    [TestCase(201, EventStatus.Applied, "e", true)]
    [TestCase(200, EventStatus.Applied, "e", false)]
    [TestCase(201, EventStatus.Unknown, "e", false)]
    [TestCase(201, EventStatus.Applied, "", false)]
    public void An_event_succeeds_only_as_documented(int status, EventStatus state, string id, bool succeeds)
    {
        var response = new CyclesResponse<EventCreateResponse>(
            status,
            new EventCreateResponse { Status = state, EventId = id }
        );
        Assert.That(OutcomeClassifier.Of(response) == Outcome.Succeeded, Is.EqualTo(succeeds));
    }

    [TestCase(Decision.Allow, "r", false, true)]
    [TestCase(Decision.AllowWithCaps, "r", false, true)]
    [TestCase(Decision.Allow, null, false, false)]
    [TestCase(Decision.Allow, null, true, true)]
    [TestCase(Decision.Deny, null, false, true)]
    [TestCase(Decision.None, "r", false, false)]
    public void A_create_that_allows_names_its_hold(Decision decision, string? id, bool dryRun, bool succeeds)
    {
        var response = new CyclesResponse<ReservationCreateResponse>(
            200,
            new ReservationCreateResponse
            {
                Decision = decision,
                ReservationId = id,
                AffectedScopes = [],
            }
        );
        Assert.That(OutcomeClassifier.Of(response, dryRun) == Outcome.Succeeded, Is.EqualTo(succeeds));
    }
}
