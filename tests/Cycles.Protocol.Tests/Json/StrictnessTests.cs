using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cycles.Protocol.Tests;

/// <summary>What reading refuses and what it lets pass.</summary>
public sealed class StrictnessTests
{
    private const string Reserve =
        """{"idempotency_key":"k","subject":{"tenant":"t"},"action":{"kind":"a","name":"b"},"estimate":{"unit":"TOKENS","amount":1}}""";

    private const string Answer = """{"decision":"ALLOW","affected_scopes":["tenant:t"]}""";

    private const string Committed = """{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":1}}""";

    private const string Refusal = """{"error":"NOT_FOUND","message":"m","request_id":"r"}""";

    private static readonly string[] ReserveRequired = ["idempotency_key", "subject", "action", "estimate"];

    private static readonly string[] AnswerRequired = ["decision", "affected_scopes"];

    private static readonly string[] CommittedRequired = ["status", "charged"];

    private static readonly string[] RefusalRequired = ["error", "message", "request_id"];

    [Test]
    public void A_missing_required_member_is_refused()
    {
        foreach (var member in ReserveRequired)
        {
            Wire.Refuses<ReservationCreateRequest>(Without(Reserve, member));
        }

        foreach (var member in AnswerRequired)
        {
            Wire.Refuses<ReservationCreateResponse>(Without(Answer, member));
        }

        foreach (var member in CommittedRequired)
        {
            Wire.Refuses<CommitResponse>(Without(Committed, member));
        }

        foreach (var member in RefusalRequired)
        {
            Wire.Refuses<ErrorResponse>(Without(Refusal, member));
        }
    }

    [Test]
    public void A_null_for_a_required_member_is_refused()
    {
        foreach (var member in ReserveRequired)
        {
            Wire.Refuses<ReservationCreateRequest>(With(Reserve, member, "null"));
        }

        foreach (var member in AnswerRequired)
        {
            Wire.Refuses<ReservationCreateResponse>(With(Answer, member, "null"));
        }

        foreach (var member in CommittedRequired)
        {
            Wire.Refuses<CommitResponse>(With(Committed, member, "null"));
        }

        foreach (var member in RefusalRequired)
        {
            Wire.Refuses<ErrorResponse>(With(Refusal, member, "null"));
        }
    }

    [TestCase("""{"unit":"TOKENS"}""")]
    [TestCase("""{"amount":1}""")]
    [TestCase("""{"unit":null,"amount":1}""")]
    [TestCase("""{"unit":"TOKENS","amount":null}""")]
    [TestCase("""{"Unit":"TOKENS","Amount":1}""")]
    [TestCase("""{"unit":"TOKENS","amount":"1"}""")]
    [TestCase("""{"unit":"TOKENS","amount":1.5}""")]
    [TestCase("""{"unit":"TOKENS","amount":9223372036854775808}""")]
    [TestCase("7")]
    public void Half_an_amount_or_a_number_that_does_not_fit_is_refused(string amount)
    {
        Wire.Refuses<CommitResponse>(With(Committed, "charged", amount));
        Wire.Refuses<CommitResponse>(With(Committed, "released", amount));
    }

    [TestCase("""{"name":"b"}""")]
    [TestCase("""{"kind":"a"}""")]
    [TestCase("""{"kind":null,"name":"b"}""")]
    [TestCase("""{"kind":"a","name":null}""")]
    public void Half_an_action_is_refused(string action) =>
        Wire.Refuses<ReservationCreateRequest>(With(Reserve, "action", action));

    [TestCase("ttl_ms")]
    [TestCase("grace_period_ms")]
    [TestCase("overage_policy")]
    [TestCase("dry_run")]
    [TestCase("metadata")]
    public void A_null_for_an_optional_member_of_a_request_is_its_absence(string member) =>
        Assert.That(
            Wire.Write(Wire.Read<ReservationCreateRequest>(With(Reserve, member, "null"))),
            Is.EqualTo(Reserve)
        );

    [TestCase("reservation_id")]
    [TestCase("reserved")]
    [TestCase("expires_at_ms")]
    [TestCase("remaining_ttl_ms")]
    [TestCase("scope_path")]
    [TestCase("caps")]
    [TestCase("balances")]
    [TestCase("reason_code")]
    [TestCase("retry_after_ms")]
    [TestCase("cycles_evidence")]
    public void A_null_for_an_optional_member_of_a_response_is_its_absence(string member) =>
        Assert.That(Wire.Write(Wire.Read<ReservationCreateResponse>(With(Answer, member, "null"))), Is.EqualTo(Answer));

    [Test]
    public void An_unknown_member_is_tolerated_anywhere()
    {
        Assert.That(
            Wire.Write(Wire.Read<ReservationCreateResponse>(With(Answer, "from_2030", """{"a":[1]}"""))),
            Is.EqualTo(Answer)
        );
        Assert.That(
            Wire.Read<CommitResponse>(
                """{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":1,"note":"x"}}"""
            ).Charged,
            Is.EqualTo(Amount.Tokens(1))
        );
    }

    [TestCase(0)]
    [TestCase(long.MaxValue)]
    [TestCase(9_007_199_254_740_993)]
    public void Large_integers_round_trip_exactly(long value)
    {
        var json = $$"""{"status":"ACTIVE","expires_at_ms":{{value}},"remaining_ttl_ms":{{value}}}""";
        var read = Wire.Read<ReservationExtendResponse>(json);

        Assert.That(read.ExpiresAtMs, Is.EqualTo(value));
        Assert.That(read.RemainingTtlMs, Is.EqualTo(value));
        Wire.Is(read, json);
        Wire.Is(
            Valid.Commit with
            {
                Actual = Amount.UsdMicrocents(value),
            },
            $$$"""{"idempotency_key":"key-1","actual":{"unit":"USD_MICROCENTS","amount":{{{value}}}}}"""
        );
    }

    [TestCase(long.MinValue)]
    [TestCase(long.MaxValue)]
    public void What_is_left_round_trips_down_to_the_smallest(long value)
    {
        var json =
            $$$"""{"balances":[{"scope":"s","scope_path":"s","remaining":{"unit":"CREDITS","amount":{{{value}}}}}]}""";

        Assert.That(Wire.Read<BalanceResponse>(json).Balances[0].Remaining.Value, Is.EqualTo(value));
        Wire.Is(Wire.Read<BalanceResponse>(json), json);
    }

    [Test]
    public void Free_data_outlives_the_text_it_came_from()
    {
        var request = Wire.Read<CommitRequest>(
            """{"idempotency_key":"k","actual":{"unit":"TOKENS","amount":1},"metadata":{"deep":{"n":9223372036854775807}}}"""
        );

        Assert.That(request.Metadata!["deep"].GetProperty("n").GetInt64(), Is.EqualTo(long.MaxValue));
    }

    private static string Without(string json, string member)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        Assert.That(node.Remove(member), Is.True);
        return node.ToJsonString();
    }

    private static string With(string json, string member, string value)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        node[member] = JsonNode.Parse(value);
        return node.ToJsonString(JsonSerializerOptions.Default);
    }
}
