using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>The check that the other tests lean on fails when anything is dropped, added or bent.</summary>
public sealed class WireSchemaTests
{
    private const string Money = """{"unit":"TOKENS","amount":1}""";
    private const string Action = """{"kind":"k","name":"n"}""";
    private const string Row =
        $$"""{"reservation_id":"r","status":"ACTIVE","subject":{"tenant":"a"},"action":{{Action}},"reserved":{{Money}},"created_at_ms":1,"expires_at_ms":2,"scope_path":"tenant:a","affected_scopes":["tenant:a"]}""";
    private const string Ask = $$"""{"idempotency_key":"k","subject":{"tenant":"a"},"action":{{Action}}""";
    private const string Ledger = $$"""{"scope":"s","scope_path":"s","remaining":{{Money}}}""";

    private static IEnumerable<TestCaseData> Samples()
    {
        yield return Sample("decide", WireSchemas.DecisionRequest, $$"""{{Ask}},"estimate":{{Money}}}""");
        yield return Sample("reserve", WireSchemas.ReservationCreateRequest, $$"""{{Ask}},"estimate":{{Money}}}""");
        yield return Sample("event", WireSchemas.EventCreateRequest, $$"""{{Ask}},"actual":{{Money}}}""");
        yield return Sample("commit", WireSchemas.CommitRequest, $$"""{"idempotency_key":"k","actual":{{Money}}}""");
        yield return Sample("release", WireSchemas.ReleaseRequest, """{"idempotency_key":"k"}""");
        yield return Sample(
            "extend",
            WireSchemas.ReservationExtendRequest,
            """{"idempotency_key":"k","extend_by_ms":1}"""
        );
        yield return Sample("decided", WireSchemas.DecisionResponse, """{"decision":"ALLOW"}""");
        yield return Sample(
            "reserved",
            WireSchemas.ReservationCreateResponse,
            """{"decision":"DENY","affected_scopes":["s"]}"""
        );
        yield return Sample(
            "committed",
            WireSchemas.CommitResponse,
            $$"""{"status":"COMMITTED","charged":{{Money}}}"""
        );
        yield return Sample(
            "released",
            WireSchemas.ReleaseResponse,
            $$"""{"status":"RELEASED","released":{{Money}}}"""
        );
        yield return Sample(
            "extended",
            WireSchemas.ReservationExtendResponse,
            """{"status":"ACTIVE","expires_at_ms":1}"""
        );
        yield return Sample("applied", WireSchemas.EventCreateResponse, """{"status":"APPLIED","event_id":"e"}""");
        yield return Sample("detail", WireSchemas.ReservationDetail, Row);
        yield return Sample("list", WireSchemas.ReservationListResponse, $$"""{"reservations":[{{Row}}]}""");
        yield return Sample("balances", WireSchemas.BalanceResponse, $$"""{"balances":[{{Ledger}}]}""");
        yield return Sample(
            "error",
            WireSchemas.ErrorResponse,
            """{"error":"NOT_FOUND","message":"m","request_id":"r","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}"""
        );

        static TestCaseData Sample(string name, Schema schema, string json) =>
            new TestCaseData(schema, json).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Samples))]
    public void Every_member_of_a_minimal_message_is_needed(Delegate schema, string json)
    {
        var check = (Schema)schema;
        Assert.That(check(JsonElement.Parse(json), "$"), Is.Null);
        foreach (var path in ObjectsOf(JsonNode.Parse(json)!))
        {
            foreach (var name in At(JsonNode.Parse(json)!, path).Select(member => member.Key).ToList())
            {
                var dropped = JsonNode.Parse(json)!;
                At(dropped, path).Remove(name);
                Assert.That(Problem(check, dropped), Is.Not.Null, $"without {path}/{name}");

                var emptied = JsonNode.Parse(json)!;
                At(emptied, path)[name] = null;
                Assert.That(Problem(check, emptied), Is.Not.Null, $"null for {path}/{name}");

                var bent = JsonNode.Parse(json)!;
                At(bent, path)[name] = true;
                Assert.That(Problem(check, bent), Is.Not.Null, $"true for {path}/{name}");
            }

            var widened = JsonNode.Parse(json)!;
            At(widened, path)["more"] = 1;
            Assert.That(Problem(check, widened), Is.Not.Null, $"more in {path}");
        }
    }

    [TestCase("""{"unit":"TOKENS","amount":-1}""")]
    [TestCase("""{"unit":"TOKENS","amount":1.5}""")]
    [TestCase("""{"unit":"TOKENS","amount":"1"}""")]
    [TestCase("""{"unit":"tokens","amount":1}""")]
    [TestCase("""{"unit":1,"amount":1}""")]
    [TestCase("""{"unit":"TOKENS","amount":1,"amount":1}""")]
    [TestCase("""{"unit":"TOKENS","amount":9223372036854775808}""")]
    public void A_bent_amount_is_seen(string amount) =>
        Assert.That(
            WireSchemas.CommitRequest(JsonElement.Parse($$"""{"idempotency_key":"k","actual":{{amount}}}"""), "$"),
            Is.Not.Null
        );

    [Test]
    public void A_ledger_that_does_not_add_up_is_seen()
    {
        static string Of(long remaining) =>
            $$"""{"balances":[{"scope":"s","scope_path":"s","remaining":{"unit":"TOKENS","amount":{{remaining}}},"allocated":{"unit":"TOKENS","amount":9},"spent":{{Money}},"reserved":{{Money}},"debt":{{Money}}}]}""";

        Assert.That(WireSchemas.BalanceResponse(JsonElement.Parse(Of(6)), "$"), Is.Null);
        Assert.That(WireSchemas.BalanceResponse(JsonElement.Parse(Of(7)), "$"), Is.Not.Null);
    }

    private static string? Problem(Schema check, JsonNode node) => check(JsonElement.Parse(node.ToJsonString()), "$");

    private static IEnumerable<string> ObjectsOf(JsonNode node, string path = "") =>
        node switch
        {
            JsonObject members => members
                .Where(member => member.Value is not null)
                .SelectMany(member => ObjectsOf(member.Value!, $"{path}/{member.Key}"))
                .Prepend(path),
            JsonArray items => items.SelectMany((item, i) => ObjectsOf(item!, $"{path}/{i}")),
            _ => [],
        };

    private static JsonObject At(JsonNode root, string path)
    {
        foreach (var step in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            root = root is JsonArray items
                ? items[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]!
                : root[step]!;
        }

        return root.AsObject();
    }
}
