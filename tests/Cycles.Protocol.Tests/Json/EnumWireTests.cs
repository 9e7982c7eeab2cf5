namespace Cycles.Protocol.Tests;

public sealed class EnumWireTests
{
    private static readonly string[] Policies = ["REJECT", "ALLOW_IF_AVAILABLE", "ALLOW_WITH_OVERDRAFT"];

    [TestCase(Decision.Allow, "ALLOW")]
    [TestCase(Decision.AllowWithCaps, "ALLOW_WITH_CAPS")]
    [TestCase(Decision.Deny, "DENY")]
    public void Decisions(Decision decision, string name) =>
        Wire.Is(new DecisionResponse { Decision = decision }, $$"""{"decision":"{{name}}"}""");

    [TestCase(AmountUnit.UsdMicrocents, "USD_MICROCENTS")]
    [TestCase(AmountUnit.Tokens, "TOKENS")]
    [TestCase(AmountUnit.Credits, "CREDITS")]
    [TestCase(AmountUnit.RiskPoints, "RISK_POINTS")]
    public void Units(AmountUnit unit, string name) =>
        Wire.Is(
            Valid.Commit with
            {
                Actual = new Amount(unit, 1),
            },
            $$$"""{"idempotency_key":"key-1","actual":{"unit":"{{{name}}}","amount":1}}"""
        );

    [Test]
    public void Overage_policies() =>
        Assert.That(
            Enum.GetValues<CommitOveragePolicy>()
                .Select(policy => Wire.Write(Valid.Reserve with { OveragePolicy = policy })),
            Is.EqualTo(Policies.Select(name => Wire.Write(Valid.Reserve)[..^1] + $$""","overage_policy":"{{name}}"}"""))
        );

    [TestCase("""{"decision":"allow"}""")]
    [TestCase("""{"decision":"Allow"}""")]
    [TestCase("""{"decision":"ALLOW "}""")]
    [TestCase("""{"decision":"AllowWithCaps"}""")]
    [TestCase("""{"decision":"ALLOW,DENY"}""")]
    [TestCase("""{"decision":"MAYBE"}""")]
    [TestCase("""{"decision":""}""")]
    [TestCase("""{"decision":"1"}""")]
    [TestCase("""{"decision":1}""")]
    [TestCase("""{"decision":0}""")]
    [TestCase("""{"decision":"NONE"}""")]
    [TestCase("""{"decision":"None"}""")]
    [TestCase("""{"decision":true}""")]
    [TestCase("""{"decision":["ALLOW"]}""")]
    public void A_decision_that_is_not_spelled_exactly_is_no_decision(string json) =>
        Wire.Refuses<DecisionResponse>(json);

    [TestCase("\"UNSET\"")]
    [TestCase("\"Tokens\"")]
    [TestCase("\"tokens\"")]
    [TestCase("\"USD\"")]
    [TestCase("2")]
    public void A_unit_that_is_not_spelled_exactly_is_refused(string unit) =>
        Wire.Refuses<CommitRequest>($$$"""{"idempotency_key":"k","actual":{"unit":{{{unit}}},"amount":1}}""");

    [Test]
    public void What_was_never_set_is_never_written()
    {
        Assert.That(
            () => Wire.Write(Valid.Commit with { Actual = default }),
            Throws.InstanceOf<System.Text.Json.JsonException>().With.Message.Contains("Unset")
        );
        Assert.That(
            () => Wire.Write(new DecisionResponse { Decision = default }),
            Throws.InstanceOf<System.Text.Json.JsonException>()
        );
        Assert.That(
            () => Wire.Write(Valid.Reserve with { OveragePolicy = default(CommitOveragePolicy) }),
            Throws.InstanceOf<System.Text.Json.JsonException>()
        );
    }

    [TestCase("ACTIVE", ReservationStatus.Active)]
    [TestCase("COMMITTED", ReservationStatus.Committed)]
    [TestCase("RELEASED", ReservationStatus.Released)]
    [TestCase("EXPIRED", ReservationStatus.Expired)]
    [TestCase("ARCHIVED", ReservationStatus.Unknown)]
    [TestCase("active", ReservationStatus.Unknown)]
    [TestCase("Unknown", ReservationStatus.Unknown)]
    public void A_status_from_a_newer_protocol_reads_as_unknown(string name, ReservationStatus status) =>
        Assert.That(
            Wire.Read<ReservationExtendResponse>($$"""{"status":"{{name}}","expires_at_ms":1}""").Status,
            Is.EqualTo(status)
        );

    [Test]
    public void A_status_that_is_no_text_is_refused()
    {
        Wire.Refuses<ReservationExtendResponse>("""{"status":1,"expires_at_ms":1}""");
        Wire.Refuses<ReservationExtendResponse>("""{"status":null,"expires_at_ms":1}""");
        Wire.Refuses<EventCreateResponse>("""{"status":1,"event_id":"e"}""");
    }

    [Test]
    public void An_unknown_reason_is_kept_and_known_ones_compare()
    {
        const string Unknown = """{"decision":"DENY","reason_code":"MOON_PHASE"}""";
        var read = Wire.Read<DecisionResponse>(Unknown);

        Assert.That(read.ReasonCode, Is.EqualTo(new ReasonCode("MOON_PHASE")));
        Assert.That(read.ReasonCode.ToString(), Is.EqualTo("MOON_PHASE"));
        Wire.Is(read, Unknown);
        Assert.That(
            Wire.Read<DecisionResponse>("""{"decision":"DENY","reason_code":"BUDGET_EXCEEDED"}""").ReasonCode,
            Is.EqualTo(ReasonCode.BudgetExceeded)
        );
        Wire.Refuses<DecisionResponse>("""{"decision":"DENY","reason_code":5}""");
    }

    [Test]
    public void An_unknown_error_code_is_kept()
    {
        const string Unknown = """{"error":"TEAPOT","message":"m","request_id":"r"}""";

        Wire.Is(Wire.Read<ErrorResponse>(Unknown), Unknown);
        var error = new CyclesError
        {
            Status = 418,
            RawCode = "TEAPOT",
            Message = "m",
        };
        Assert.That(error.Code, Is.EqualTo(ErrorCode.Unknown));
        Assert.That((error with { RawCode = null }).Code, Is.EqualTo(ErrorCode.Unknown));
        Assert.That((error with { RawCode = "Unknown" }).Code, Is.EqualTo(ErrorCode.Unknown));
        Assert.That((error with { RawCode = "not_found" }).Code, Is.EqualTo(ErrorCode.Unknown));
        Assert.That((error with { RawCode = "NOT_FOUND" }).Code, Is.EqualTo(ErrorCode.NotFound));
    }
}
