using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cycles.Client.Tests;

/// <summary>The watch over what tests exchange sees a field that either side drops.</summary>
public sealed class WireWatchTests
{
    private static readonly (string Method, string Path, string? Request, int Status, string Answer)[] Exchanges =
    [
        ("POST", "/v1/decide", Bodies[0], 200, Answers.Decide),
        ("POST", "/v1/reservations", Bodies[0], 200, Answers.Reserve),
        ("POST", "/v1/reservations/rsv_1/commit", Bodies[1], 200, Answers.Commit),
        ("POST", "/v1/reservations/rsv_1/release", Bodies[2], 200, Answers.Release),
        ("POST", "/v1/reservations/rsv_1/extend", Bodies[3], 200, Answers.Extend),
        ("POST", "/v1/events", Bodies[4], 201, Answers.Event),
        ("GET", "/v1/reservations/rsv_1", null, 200, Answers.Get),
        ("GET", "/v1/reservations", null, 200, Answers.List),
        ("GET", "/v1/balances?tenant=acme", null, 200, Answers.Balances),
        ("GET", "/v1/reservations/rsv_2", null, 404, Error),
    ];

    private const string Error =
        """{"error":"NOT_FOUND","message":"m","request_id":"r","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}""";

    private static string[] Bodies =>
        [
            """{"idempotency_key":"k","subject":{"tenant":"acme"},"action":{"kind":"k","name":"n"},"estimate":{"unit":"TOKENS","amount":1}}""",
            """{"idempotency_key":"k","actual":{"unit":"TOKENS","amount":1}}""",
            """{"idempotency_key":"k"}""",
            """{"idempotency_key":"k","extend_by_ms":1}""",
            """{"idempotency_key":"k","subject":{"tenant":"acme"},"action":{"kind":"k","name":"n"},"actual":{"unit":"TOKENS","amount":1}}""",
        ];

    [Test]
    public async Task It_sees_a_field_that_a_client_drops()
    {
        foreach (var (method, path, request, status, answer) in Exchanges)
        {
            Assert.That(await ProblemsAsync(method, path, request, status, answer), Is.Empty, path);
            foreach (var field in FieldsOf(request))
            {
                var problems = await ProblemsAsync(method, path, Without(request!, field), status, answer);
                Assert.That(problems.Single(), Does.Contain("the request").And.Contain($".{field}"), path);
            }
        }
    }

    [Test]
    public async Task It_sees_a_field_that_an_authority_drops()
    {
        foreach (var (method, path, request, status, answer) in Exchanges)
        {
            foreach (var field in FieldsOf(answer).Where(field => IsRequired(path, field)))
            {
                var problems = await ProblemsAsync(method, path, request, status, Without(answer, field));
                Assert.That(problems, Has.Count.EqualTo(1), $"{path} {field}");
            }
        }
    }

    [TestCase(201)]
    [TestCase(302)]
    [TestCase(500)]
    public async Task It_sees_a_status_that_is_none_of_the_protocols(int status)
    {
        var problems = await ProblemsAsync("POST", "/v1/decide", Bodies[0], status, Answers.Decide);
        Assert.That(problems.Single(), Does.Contain($"{status}"));
    }

    /// <summary>All of the least that an answer holds, save the parts of a lease that come together or not at all.</summary>
    private static bool IsRequired(string path, string field) =>
        path != "/v1/reservations" || field is not ("reservation_id" or "expires_at_ms" or "remaining_ttl_ms");

    private static List<string> FieldsOf(string? json) =>
        json is null ? [] : JsonNode.Parse(json)!.AsObject().Select(member => member.Key).ToList();

    private static string Without(string json, string field)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        node.Remove(field);
        return node.ToJsonString();
    }

    private static async Task<IReadOnlyCollection<string>> ProblemsAsync(
        string method,
        string target,
        string? request,
        int status,
        string answer
    )
    {
        var watch = new WireWatch();
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        context.Request.Method = method;
        context.Request.Path = target.Split('?')[0];
        context.Request.Headers["X-Cycles-API-Key"] = "k";
        context.Request.ContentType = request is null ? null : "application/json";
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(request ?? ""));
        using var received = new MemoryStream();
        context.Response.Body = received;
        await watch.HandleAsync(context, Answers.Json(status, answer).Invoke);
        Assert.That(Encoding.UTF8.GetString(received.ToArray()), Is.EqualTo(answer), "nothing is changed on the way");
        return watch.Problems;
    }
}
