using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Cycles.Client.Tests;

/// <summary>Whatever a client returns or throws tells what came with the answer.</summary>
public sealed class ResultMetadataTests
{
    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    private static readonly (string Name, string Value)[] Headers =
    [
        ("X-Request-Id", "req_1"),
        ("X-Cycles-Trace-Id", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("X-Cycles-Tenant", "acme"),
        ("X-RateLimit-Remaining", "12"),
        ("X-RateLimit-Reset", "1712956830"),
        ("Retry-After", "7"),
    ];

    private static readonly CyclesResponseMetadata Expected = new()
    {
        RequestId = "req_1",
        TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
        Tenant = "acme",
        RateLimitRemaining = 12,
        RateLimitReset = DateTimeOffset.FromUnixTimeSeconds(1_712_956_830),
        RetryAfter = TimeSpan.FromSeconds(7),
    };

    private static readonly (string Name, Func<CyclesClient, Task<CyclesResponseMetadata>> Ask)[] Calls =
    [
        ("decide", async c => (await c.DecideAsync(Work, Amount.Tokens(10))).ResponseMetadata),
        ("evaluate", async c => (await c.EvaluateAsync(Work, Amount.Tokens(10))).ResponseMetadata),
        ("get", async c => (await c.GetReservationAsync("rsv_1")).ResponseMetadata),
        ("balances", async c => (await FirstAsync(c.GetBalancePagesAsync())).ResponseMetadata),
        ("list", async c => (await FirstAsync(c.ListReservationPagesAsync())).ResponseMetadata),
        ("reserve", async c => (await c.ReserveAsync(Work, Amount.Tokens(10))).Metadata),
        ("event", async c => (await c.RecordEventAsync(Work, Amount.Tokens(7))).Metadata),
    ];

    [Test]
    public async Task Every_result_has_it()
    {
        await using var server = await ScriptedServer.StartAsync(With(Answers.Valid));
        await using var client = NewClient(server.Url);
        foreach (var (name, ask) in Calls)
        {
            Assert.That(await ask(client), Is.EqualTo(Expected), name);
        }

        await using var guard = await client.ReserveAsync(Work, Amount.Tokens(10));
        Assert.That((await guard.CommitAsync(Amount.Tokens(7))).Metadata, Is.EqualTo(Expected));
    }

    [TestCase(404)]
    [TestCase(302)]
    [TestCase(200, Description = "and a body that is none")]
    public async Task Every_exception_has_it(int status)
    {
        await using var server = await ScriptedServer.StartAsync(
            With(
                Answers.Json(
                    status,
                    status == 404 ? """{"error":"NOT_FOUND","message":"m","request_id":"req_1"}""" : "{}"
                )
            )
        );
        await using var client = NewClient(server.Url);
        foreach (var (name, ask) in Calls.Where(call => status == 404 || call.Name != "event"))
        {
            var thrown = await Assert.CatchAsync<CyclesException>(() => ask(client));
            Assert.Multiple(() =>
            {
                Assert.That(thrown!.Metadata, Is.EqualTo(Expected), name);
                Assert.That(thrown.RequestId, Is.EqualTo(Expected.RequestId), name);
                Assert.That(thrown.TraceId, Is.EqualTo(Expected.TraceId), name);
                Assert.That(thrown.RetryAfter, Is.EqualTo(Expected.RetryAfter), name);
            });
        }
    }

    [Test]
    public async Task Every_denial_has_it([Values] bool asError)
    {
        await using var server = await ScriptedServer.StartAsync(
            With(
                asError
                    ? Answers.Error(409, "BUDGET_EXCEEDED")
                    : Answers.Json(
                        200,
                        """{"decision":"DENY","reason_code":"BUDGET_EXCEEDED","affected_scopes":["tenant:acme"]}"""
                    )
            )
        );
        await using var client = NewClient(server.Url);
        var evaluation = await client.EvaluateAsync(Work, Amount.Tokens(10));
        var attempt = await client.TryReserveAsync(Work, Amount.Tokens(10));
        var thrown = await Assert.ThrowsAsync<BudgetDeniedException>(async () =>
            await client.ReserveAsync(Work, Amount.Tokens(10))
        );
        Assert.Multiple(() =>
        {
            Assert.That(evaluation.ResponseMetadata, Is.EqualTo(Expected));
            Assert.That(attempt.Denial!.Metadata, Is.EqualTo(Expected));
            Assert.That(thrown!.Metadata, Is.EqualTo(Expected));
        });
    }

    [Test]
    public async Task A_cursor_that_comes_back_has_it()
    {
        await using var server = await ScriptedServer.StartAsync(
            With(Answers.Json(200, """{"balances":[],"has_more":true,"next_cursor":"again"}"""))
        );
        await using var client = NewClient(server.Url);
        var thrown = await Assert.ThrowsAsync<CyclesException>(async () =>
        {
            await foreach (var _ in client.GetBalancesAsync()) { }
        });
        Assert.That(thrown!.Metadata, Is.EqualTo(Expected));
        Assert.That(thrown.RetryAfter, Is.EqualTo(Expected.RetryAfter));
    }

    [Test]
    public async Task It_is_no_part_of_the_protocols_JSON()
    {
        await using var server = await ScriptedServer.StartAsync(With(Answers.Valid));
        await using var client = NewClient(server.Url);
        var decision = await client.DecideAsync(Work, Amount.Tokens(10));
        var written = JsonSerializer.Serialize(decision, CyclesJsonContext.Default.DecisionResponse);
        var read = JsonSerializer.Deserialize(
            """{"decision":"ALLOW","response_metadata":{"request_id":"forged"},"ResponseMetadata":{"RequestId":"forged"}}""",
            CyclesJsonContext.Default.DecisionResponse
        );
        Assert.That(written, Is.EqualTo(Answers.Decide));
        Assert.That(read!.ResponseMetadata, Is.EqualTo(CyclesResponseMetadata.None));
    }

    private static CyclesClient NewClient(Uri url) =>
        new(
            url,
            Seam.Key,
            new()
            {
                Subject = new() { Tenant = "acme" },
                DrainTimeout = TimeSpan.Zero,
            }
        );

    private static Func<HttpContext, Task> With(Func<HttpContext, Task> answer) =>
        context =>
        {
            foreach (var (name, value) in Headers)
            {
                context.Response.Headers.Append(name, value);
            }

            return answer(context);
        };

    private static async Task<T> FirstAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var item in items)
        {
            return item;
        }

        throw new InvalidOperationException("There is none.");
    }
}
