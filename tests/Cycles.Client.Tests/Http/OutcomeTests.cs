using System.Text.Json.Nodes;

namespace Cycles.Client.Tests;

/// <summary>Success, refusal or neither: what each answer of a server comes to.</summary>
public sealed class OutcomeTests
{
    private static readonly string[] Bodies =
    [
        Answers.Decide,
        Answers.Reserve,
        Answers.Commit,
        Answers.Release,
        Answers.Extend,
        Answers.Event,
    ];

    [Test]
    public async Task Only_the_documented_status_with_a_valid_body_is_a_success([Range(0, 5)] int operation)
    {
        var (name, send) = Seam.Posts[operation];
        var success = name == "createEvent" ? 201 : 200;
        foreach (var status in new[] { 200, 201, 202, 204, 206, 301, 302, 304, 307, 308 })
        {
            await using var server = await ScriptedServer.StartAsync(
                Answers.Json(
                    status,
                    status is 204 or 304 ? "" : Bodies[operation],
                    ("Location", "http://127.0.0.1:1/elsewhere"),
                    ("X-Request-Id", "req_1")
                )
            );
            using var seam = Seam.Open(server.Url);
            if (status == success)
            {
                Assert.That((await send(seam.Authority, default)).Status, Is.EqualTo(success));
                continue;
            }

            var thrown = await Assert.ThrowsAsync<CyclesTransportException>(() => send(seam.Authority, default));
            Assert.Multiple(() =>
            {
                Assert.That(thrown!.Message, Does.Contain(name).And.Contain(status.ToString(provider: null)));
                Assert.That(thrown.Status, Is.EqualTo(status));
                Assert.That(thrown.RequestId, Is.EqualTo("req_1"));
                Assert.That(thrown.Metadata.RequestId, Is.EqualTo("req_1"));
                Assert.That(thrown.IsTransient);
                Assert.That(server.Requests, Has.Count.EqualTo(1), "redirects are not followed");
            });
        }
    }

    [Test]
    public async Task A_success_that_lacks_or_nulls_a_required_field_is_none([Range(0, 5)] int operation)
    {
        var (name, send) = Seam.Posts[operation];
        var whole = JsonNode.Parse(Bodies[operation])!.AsObject();
        string[] required = name switch
        {
            "decide" => ["decision"],
            "createReservation" => ["decision", "affected_scopes"],
            "commitReservation" => ["status", "charged"],
            "releaseReservation" => ["status", "released"],
            "extendReservation" => ["status", "expires_at_ms"],
            _ => ["status", "event_id"],
        };
        foreach (var field in required)
        {
            var without = whole.DeepClone().AsObject();
            without.Remove(field);
            var nulled = whole.DeepClone().AsObject();
            nulled[field] = null;
            var mistyped = whole.DeepClone().AsObject();
            mistyped[field] = true;
            foreach (var body in new[] { without, nulled, mistyped })
            {
                await AssertAmbiguousAsync(send, name == "createEvent" ? 201 : 200, body.ToJsonString());
            }
        }
    }

    [TestCase(2, """{"status":"RELEASED","charged":{"unit":"TOKENS","amount":7}}""", "status must be COMMITTED")]
    [TestCase(2, """{"status":"LATER","charged":{"unit":"TOKENS","amount":7}}""", "status must be COMMITTED")]
    [TestCase(2, """{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":-7}}""", "charged.amount must be from 0")]
    [TestCase(2, """{"status":"COMMITTED","charged":{"unit":"EUROS","amount":7}}""", "USD_MICROCENTS")]
    [TestCase(2, """{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":9223372036854775808}}""", "")]
    [TestCase(2, """{"status":"COMMITTED","charged":{"unit":"TOKENS"}}""", "amount")]
    [TestCase(0, """{"decision":"MAYBE"}""", "ALLOW")]
    [TestCase(0, """{"decision":"ALLOW","retry_after_ms":-1}""", "retry_after_ms must be from 0")]
    [TestCase(1, """{"decision":"ALLOW","reservation_id":"r","affected_scopes":[null]}""", "affected_scopes[0]")]
    [TestCase(
        1,
        """{"decision":"ALLOW","reservation_id":"r","affected_scopes":[],"expires_at_ms":-1}""",
        "expires_at_ms"
    )]
    [TestCase(4, """{"status":"ACTIVE","expires_at_ms":5,"remaining_ttl_ms":-1}""", "remaining_ttl_ms")]
    [TestCase(5, """{"status":"APPLIED","event_id":""}""", "event_id")]
    [TestCase(
        1,
        """{"decision":"ALLOW","reservation_id":"r","affected_scopes":[],"reserved":{"unit":"CREDITS","amount":10}}""",
        "reserved.unit must be that of the request"
    )]
    [TestCase(
        2,
        """{"status":"COMMITTED","charged":{"unit":"CREDITS","amount":7}}""",
        "charged.unit must be that of the request but was 7 CREDITS"
    )]
    [TestCase(
        2,
        """{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":7},"released":{"unit":"CREDITS","amount":3}}""",
        "released.unit must be that of the request"
    )]
    [TestCase(
        5,
        """{"status":"APPLIED","event_id":"e","charged":{"unit":"CREDITS","amount":7}}""",
        "charged.unit must be that of the request"
    )]
    [TestCase(2, "null", "null")]
    [TestCase(2, "[]", "")]
    [TestCase(2, "", "")]
    [TestCase(2, "<html>ok</html>", "")]
    public async Task A_success_that_is_not_schema_valid_is_none(int operation, string body, string why)
    {
        var (name, send) = Seam.Posts[operation];
        var thrown = await AssertAmbiguousAsync(send, name == "createEvent" ? 201 : 200, body);
        Assert.That(thrown.Message, Does.Contain(why).And.Contain("not valid"));
    }

    [Test]
    public async Task Unknown_fields_nulls_and_odd_balances_do_not_matter()
    {
        const string Good = """{"scope":"s","scope_path":"s","remaining":{"unit":"TOKENS","amount":-1}}""";
        string[] rows =
        [
            Good,
            """{"scope":1}""",
            "null",
            "7",
            """{"scope":"s","scope_path":"s","remaining":{"unit":"EUROS","amount":1}}""",
            """{"scope":"s","scope_path":"s","remaining":{"unit":"TOKENS","amount":1},"spent":{"unit":"CREDITS","amount":1}}""",
            Good,
        ];
        var odd = Answers.Commit.Replace(
            "}}",
            $"}},\"released\":null,\"new\":{{\"a\":[1]}},\"balances\":[{string.Join(',', rows)}]}}",
            StringComparison.Ordinal
        );
        foreach (
            var (balances, count) in new[]
            {
                (odd, 2),
                (Answers.Commit.Replace("}}", """},"balances":{"a":[1,{}]}}""", StringComparison.Ordinal), 0),
                (Answers.Commit.Replace("}}", """},"balances":"none"}""", StringComparison.Ordinal), 0),
            }
        )
        {
            await using var server = await ScriptedServer.StartAsync(Answers.Json(200, balances));
            using var seam = Seam.Open(server.Url);
            var response = await seam.Authority.CommitReservationAsync("rsv_1", Seam.Commit);
            Assert.That(response.Value!.Charged, Is.EqualTo(Amount.Tokens(7)));
            Assert.That(response.Value.Balances?.Count ?? 0, Is.EqualTo(count));
        }
    }

    [Test]
    public async Task A_read_that_lacks_a_required_field_or_is_out_of_bounds_is_none()
    {
        string[] fields = [.. JsonNode.Parse(Answers.Get)!.AsObject().Select(member => member.Key)];
        var reservations = fields
            .Select(field => Bent(field, value: null, remove: true))
            .Concat(fields.Select(field => Bent(field, value: null)))
            .Append(Bent("created_at_ms", -1))
            .Append(Bent("expires_at_ms", -1))
            .Append(Bent("finalized_at_ms", -1))
            .Append(Bent("status", 1))
            .Append(Bent("reserved", JsonNode.Parse("""{"unit":"TOKENS","amount":-1}""")));
        foreach (var reservation in reservations)
        {
            await AssertAmbiguousAsync(Seam.Gets[0].Send, 200, reservation);
            await AssertAmbiguousAsync(Seam.Gets[1].Send, 200, $$"""{"reservations":[{{reservation}}]}""");
        }

        string[] pages =
        [
            "{}",
            """{"balances":null}""",
            """{"balances":[{"scope":"s","scope_path":"s"}]}""",
            """{"balances":[{"scope":"s","remaining":{"unit":"TOKENS","amount":1}}]}""",
            """{"balances":[{"scope":"s","scope_path":"s","remaining":{"unit":"TOKENS","amount":1},"spent":{"unit":"TOKENS","amount":-1}}]}""",
            """{"balances":[],"has_more":1}""",
        ];
        foreach (var page in pages)
        {
            await AssertAmbiguousAsync(Seam.Gets[2].Send, 200, page);
        }

        await AssertAmbiguousAsync(Seam.Gets[1].Send, 200, "{}");

        static string Bent(string field, JsonNode? value, bool remove = false)
        {
            var reservation = JsonNode.Parse(Answers.Get)!.AsObject();
            reservation[field] = value;
            if (remove)
            {
                reservation.Remove(field);
            }

            return reservation.ToJsonString();
        }
    }

    [Test]
    public async Task An_unknown_state_is_no_obstacle_to_reading()
    {
        var odd = Answers.Get.Replace("ACTIVE", "PAUSED", StringComparison.Ordinal);
        await using var server = await ScriptedServer.StartAsync(context =>
            Answers.Json(
                200,
                context.Request.Path.Value!.EndsWith("rsv_1", StringComparison.Ordinal)
                    ? odd
                    : $$"""{"reservations":[{{odd}}]}"""
            )(context)
        );
        using var seam = Seam.Open(server.Url);
        var one = await seam.Authority.GetReservationAsync("rsv_1");
        var all = await seam.Authority.ListReservationsAsync(new());
        Assert.That(one.Value!.Status, Is.EqualTo(ReservationStatus.Unknown));
        Assert.That(all.Value!.Reservations.Single().Status, Is.EqualTo(ReservationStatus.Unknown));
    }

    [TestCase(400, "INVALID_REQUEST", ErrorCode.InvalidRequest)]
    [TestCase(401, "UNAUTHORIZED", ErrorCode.Unauthorized)]
    [TestCase(409, "BUDGET_EXCEEDED", ErrorCode.BudgetExceeded)]
    [TestCase(410, "RESERVATION_EXPIRED", ErrorCode.ReservationExpired)]
    [TestCase(418, "SOMETHING_NEW", ErrorCode.Unknown)]
    [TestCase(500, "INTERNAL_ERROR", ErrorCode.InternalError)]
    [TestCase(599, "INTERNAL_ERROR", ErrorCode.InternalError)]
    public async Task A_refusal_is_a_value_with_its_code(int status, string raw, ErrorCode code)
    {
        foreach (var (_, send) in Seam.Posts)
        {
            var answer = await AnswerAsync(send, Answers.Error(status, raw, ("X-Request-Id", "req_head")));
            Assert.Multiple(() =>
            {
                Assert.That(answer.Status, Is.EqualTo(status));
                Assert.That(answer.Error!.Code, Is.EqualTo(code));
                Assert.That(answer.Error.RawCode, Is.EqualTo(raw));
                Assert.That(answer.Error.Message, Does.StartWith("Scripted"));
                Assert.That(answer.Error.RequestId, Is.EqualTo("req_9"));
                Assert.That(answer.Metadata.RequestId, Is.EqualTo("req_head"));
            });
        }
    }

    [TestCase(400, "")]
    [TestCase(401, "{}")]
    [TestCase(409, """{"error":"BUDGET_EXCEEDED","message":"no id"}""")]
    [TestCase(410, "<html>gone</html>")]
    [TestCase(429, "slow down")]
    [TestCase(500, "<html>oops</html>")]
    [TestCase(502, "<html>bad gateway</html>")]
    public async Task A_refusal_without_an_error_body_keeps_its_status_and_Retry_After(int status, string body)
    {
        foreach (var (_, send) in Seam.Posts)
        {
            var answer = await AnswerAsync(send, Answers.Body(status, "text/html", body, ("Retry-After", "3")));
            Assert.Multiple(() =>
            {
                Assert.That(answer.Error!.Status, Is.EqualTo(status));
                Assert.That(answer.Error.RawCode, Is.Null);
                Assert.That(answer.Error.Message, Does.Contain(status.ToString(provider: null)));
                Assert.That(answer.Error.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(3)));
                Assert.That(answer.Metadata.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(3)));
            });
        }
    }

    [Test]
    public async Task A_missing_budget_says_which_unit_was_asked_for()
    {
        await using var server = await ScriptedServer.StartAsync(
            Answers.Json(
                404,
                """{"error":"NOT_FOUND","message":"Budget not found for provided scope: a","request_id":"req_9"}"""
            )
        );
        using var seam = Seam.Open(server.Url);
        var reserve = await seam.Authority.CreateReservationAsync(Seam.Reserve);
        var recorded = await seam.Authority.CreateEventAsync(Seam.Event);
        var commit = await seam.Authority.CommitReservationAsync("rsv_1", Seam.Commit);
        Assert.Multiple(() =>
        {
            Assert.That(reserve.Error!.Message, Does.EndWith("scope: a. The budget was asked for in TOKENS."));
            Assert.That(recorded.Error!.Message, Does.EndWith("in TOKENS."));
            Assert.That(commit.Error!.Message, Does.EndWith("scope: a"), "a missing reservation has no unit");
        });
    }

    [Test]
    public async Task A_missing_page_is_not_taken_for_a_missing_budget()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Error(404, "NOT_FOUND"));
        using var seam = Seam.Open(server.Url);
        var reserve = await seam.Authority.CreateReservationAsync(Seam.Reserve);
        Assert.That(reserve.Error!.Message, Is.EqualTo("Scripted"));
    }

    [TestCase("""{"decision":"ALLOW_WITH_CAPS","reservation_id":"rsv_1","affected_scopes":[]}""")]
    [TestCase("""{"decision":"DENY","decision":"ALLOW","reservation_id":"rsv_1","affected_scopes":[]}""")]
    public async Task An_answer_that_may_allow_too_much_is_none(string body)
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Json(200, body));
        using var seam = Seam.Open(server.Url);
        await Assert.ThrowsAsync<CyclesTransportException>(() => Seam.Posts[1].Send(seam.Authority, default));
    }

    [Test]
    public async Task DENY_in_a_200_is_a_denial()
    {
        await using var server = await ScriptedServer.StartAsync(
            Answers.Json(200, """{"decision":"DENY","reason_code":"ACTION_KIND_DENIED","affected_scopes":[]}""")
        );
        await using var client = new CyclesClient(
            server.Url,
            Seam.Key,
            new()
            {
                Subject = new() { Tenant = "acme" },
                JournalDirectory = TestHome.NewJournal(),
            }
        );
        var denied = await Assert.ThrowsAsync<BudgetDeniedException>(async () =>
            await client.ReserveAsync(new("llm.completion", "gpt-4o"), Amount.Tokens(1))
        );
        Assert.That(denied!.Denial.ReasonCode, Is.EqualTo(ReasonCode.ActionKindDenied));
    }

    private static async Task<CyclesTransportException> AssertAmbiguousAsync(
        Func<ICyclesAuthority, CancellationToken, Task<Answer>> send,
        int status,
        string body
    )
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Json(status, body));
        using var seam = Seam.Open(server.Url);
        return (await Assert.ThrowsAsync<CyclesTransportException>(() => send(seam.Authority, default)))!;
    }

    private static async Task<Answer> AnswerAsync(
        Func<ICyclesAuthority, CancellationToken, Task<Answer>> send,
        Func<Microsoft.AspNetCore.Http.HttpContext, Task> answer
    )
    {
        await using var server = await ScriptedServer.StartAsync(answer);
        using var seam = Seam.Open(server.Url);
        return await send(seam.Authority, default);
    }
}
