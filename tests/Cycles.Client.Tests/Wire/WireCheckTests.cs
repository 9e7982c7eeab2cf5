using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cycles.Client.Tests;

/// <summary>The check that all tests lean on finds what it is there to find.</summary>
public sealed class WireCheckTests
{
    private static readonly (string Path, string Body)[] Good =
    [
        ("/v1/decide", Write(Seam.Decide, CyclesJsonContext.Default.DecisionRequest)),
        ("/v1/reservations", Write(Seam.Reserve, CyclesJsonContext.Default.ReservationCreateRequest)),
        ("/v1/reservations/r/commit", Write(Seam.Commit, CyclesJsonContext.Default.CommitRequest)),
        ("/v1/reservations/r/release", Write(Seam.Release, CyclesJsonContext.Default.ReleaseRequest)),
        ("/v1/reservations/r/extend", Write(Seam.Extend, CyclesJsonContext.Default.ReservationExtendRequest)),
        ("/v1/events", Write(Seam.Event, CyclesJsonContext.Default.EventCreateRequest)),
    ];

    [Test]
    public void Good_requests_pass() =>
        Assert.That(Good.Select(request => Problem(request.Path, request.Body)), Is.All.Null);

    [Test]
    public void A_dropped_field_is_found_at_any_depth()
    {
        foreach (var (path, body) in Good)
        {
            foreach (var field in Paths(JsonNode.Parse(body)!.AsObject()))
            {
                var without = JsonNode.Parse(body)!;
                var parent = field[..^1].Aggregate(without, (node, name) => node[name]!);
                parent.AsObject().Remove(field[^1]);
                Assert.That(Problem(path, without.ToJsonString()), Is.Not.Null, $"{path} {string.Join('.', field)}");
            }
        }
    }

    [TestCase("/v1/decide", "idempotency_key", "\"\"")]
    [TestCase("/v1/decide", "extra", "1")]
    [TestCase("/v1/decide", "metadata", "[]")]
    [TestCase("/v1/reservations", "ttl_ms", "999")]
    [TestCase("/v1/reservations", "ttl_ms", "\"1000\"")]
    [TestCase("/v1/reservations", "grace_period_ms", "60001")]
    [TestCase("/v1/reservations", "overage_policy", "\"MAYBE\"")]
    [TestCase("/v1/reservations", "dry_run", "0")]
    [TestCase("/v1/reservations", "subject", "{\"dimensions\":{\"a\":\"b\"}}")]
    [TestCase("/v1/reservations", "estimate", "{\"unit\":\"EUR\",\"amount\":1}")]
    [TestCase("/v1/reservations", "estimate", "{\"unit\":\"TOKENS\",\"amount\":-1}")]
    [TestCase("/v1/reservations", "estimate", "{\"unit\":\"TOKENS\",\"amount\":1.5}")]
    [TestCase("/v1/reservations/r/commit", "metrics", "{\"latency_ms\":-1}")]
    [TestCase("/v1/reservations/r/extend", "extend_by_ms", "0")]
    [TestCase("/v1/reservations/r/other", "idempotency_key", "\"k\"")]
    public void What_is_out_of_bounds_is_found(string path, string field, string value)
    {
        var body = JsonNode.Parse(Good.FirstOrDefault(request => request.Path == path).Body ?? "{}")!;
        body[field] = JsonNode.Parse(value);
        Assert.That(Problem(path, body.ToJsonString()), Is.Not.Null);
    }

    [TestCase("/v1/balances", false)]
    [TestCase("/v1/balances?tenant=acme", true)]
    [TestCase("/v1/balances?tenant=acme&tenant=b", false)]
    [TestCase("/v1/balances?tenant=acme&limit=201", false)]
    [TestCase("/v1/reservations?sort_by=created", false)]
    [TestCase("/v1/reservations?from=yesterday", false)]
    [TestCase("/v1/reservations?Status=ACTIVE", false)]
    [TestCase("/v1/reservations?status=ACTIVE&from=2026-04-12T12%3A00%3A00Z", true)]
    [TestCase("/v1/reservations/r?x=1", false)]
    public void Queries_are_checked(string target, bool good) =>
        Assert.That(WireCheck.Problem(new("GET", target, Headers(), [])) is null, Is.EqualTo(good));

    [TestCase("X-Cycles-API-Key", "")]
    [TestCase("traceparent", "00-0-0-0")]
    [TestCase("X-Cycles-Trace-Id", "00000000000000000000000000000000")]
    [TestCase("X-Idempotency-Key", "other")]
    [TestCase("Content-Type", "text/json")]
    public void Headers_are_checked(string name, params string[] values)
    {
        var headers = Headers();
        headers[name] = values;
        Assert.That(
            WireCheck.Problem(new("POST", Good[0].Path, headers, Encoding.UTF8.GetBytes(Good[0].Body))),
            Is.Not.Null
        );
    }

    private static string? Problem(string path, string body) =>
        WireCheck.Problem(new("POST", path, Headers(), Encoding.UTF8.GetBytes(body)));

    private static Dictionary<string, string[]> Headers() =>
        new(StringComparer.OrdinalIgnoreCase) { ["X-Cycles-API-Key"] = ["k"], ["Content-Type"] = ["application/json"] };

    private static string Write<T>(T request, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Serialize(request, type);

    private static IEnumerable<string[]> Paths(JsonObject node) =>
        node.SelectMany(member =>
            member.Value is JsonObject inner
                ? Paths(inner).Select(path => (string[])[member.Key, .. path]).Append([member.Key])
                :
                [
                    [member.Key],
                ]
        );
}
