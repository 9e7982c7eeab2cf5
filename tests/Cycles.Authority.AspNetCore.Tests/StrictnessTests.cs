namespace Cycles.Authority.AspNetCore.Tests;

public sealed class StrictnessTests : HostFixture
{
    [TestCase("\"amount\":500", "\"amount\":\"500\"", "estimate.amount")]
    [TestCase("\"amount\":500", "\"amount\":500.0", "estimate.amount")]
    [TestCase("\"amount\":500", "\"amount\":5e2", "estimate.amount")]
    [TestCase("\"amount\":500", "\"amount\":9223372036854775808", "estimate.amount")]
    [TestCase("\"amount\":500", "\"amount\":-1", "estimate.amount")]
    [TestCase("\"amount\":500", "\"amount\":null", "estimate.amount")]
    [TestCase("\"amount\":500", "\"amount\":500,\"amount\":500", "estimate.amount")]
    [TestCase("\"amount\":500", "\"amount\":500,\"x\":1", "estimate.x")]
    [TestCase(",\"amount\":500", "", "estimate.amount")]
    [TestCase("\"USD_MICROCENTS\"", "1", "estimate.unit")]
    [TestCase("\"USD_MICROCENTS\"", "\"usd_microcents\"", "estimate.unit")]
    [TestCase("\"USD_MICROCENTS\"", "\"1\"", "estimate.unit")]
    [TestCase("\"USD_MICROCENTS\"", "\"\"", "estimate.unit")]
    [TestCase("\"idempotency_key\":\"r1\",", "", "idempotency_key")]
    [TestCase("\"r1\"", "\"\"", "idempotency_key")]
    [TestCase("\"r1\"", "7", "idempotency_key")]
    [TestCase("\"r1\"", "null", "idempotency_key")]
    [TestCase("\"idempotency_key\"", "\"Idempotency_Key\"", "Idempotency_Key")]
    [TestCase("\"idempotency_key\"", "\"idempotencyKey\"", "idempotencyKey")]
    [TestCase("\"acme\"", "\"a b\"", "subject.tenant")]
    [TestCase("\"acme\"", "\"\"", "subject.tenant")]
    [TestCase("{\"tenant\":\"acme\",\"agent\":\"bot\"}", "{}", "subject")]
    [TestCase("{\"tenant\":\"acme\",\"agent\":\"bot\"}", "{\"dimensions\":{\"a\":\"b\"}}", "subject")]
    [TestCase("{\"tenant\":\"acme\",\"agent\":\"bot\"}", "null", "subject")]
    [TestCase("{\"tenant\":\"acme\",\"agent\":\"bot\"}", "[]", "subject")]
    [TestCase("\"bot\"", "\"bot\",\"team\":\"x\"", "subject.team")]
    [TestCase("\"bot\"", "\"bot\",\"dimensions\":{\"a\":1}", "subject.dimensions.a")]
    [TestCase("\"bot\"", "\"bot\",\"dimensions\":{\"a\":\"1\",\"a\":\"2\"}", "subject.dimensions.a")]
    [TestCase("\"llm.completion\"", "\" \"", "action.kind")]
    [TestCase("\"gpt-4o\"", "\"gpt-4o\",\"tags\":\"x\"", "action.tags")]
    [TestCase("\"gpt-4o\"", "\"gpt-4o\",\"tags\":[1]", "action.tags[0]")]
    [TestCase("\"gpt-4o\"", "\"gpt-4o\",\"tags\":[\"a\",null]", "action.tags[1]")]
    [TestCase("}}", "},\"ttl_ms\":999}", "ttl_ms")]
    [TestCase("}}", "},\"ttl_ms\":\"60000\"}", "ttl_ms")]
    [TestCase("}}", "},\"ttl_ms\":60000.5}", "ttl_ms")]
    [TestCase("}}", "},\"dry_run\":\"true\"}", "dry_run")]
    [TestCase("}}", "},\"dry_run\":1}", "dry_run")]
    [TestCase("}}", "},\"overage_policy\":2}", "overage_policy")]
    [TestCase("}}", "},\"overage_policy\":\"AllowIfAvailable\"}", "overage_policy")]
    [TestCase("}}", "},\"metadata\":[]}", "metadata")]
    [TestCase("}}", "},\"metadata\":{\"a\":1,\"a\":2}}", "metadata.a")]
    [TestCase("}}", "},\"metadata\":{\"a\":{\"b\":1,\"b\":2}}}", "metadata.a")]
    [TestCase("}}", "},\"metadata\":{\"a\":\"\\ud800\"}}", "body")]
    [TestCase("}}", "},\"metadata\":{\"\\udc00\":1}}", "body")]
    [TestCase("}}", "},\"unknown\":1}", "unknown")]
    [TestCase("}}", "}}x", "body")]
    [TestCase("}}", "}} {}", "body")]
    [TestCase("}}", "},}", "body")]
    [TestCase("}}", "}", "body")]
    [TestCase("{\"idem", "/* hello */{\"idem", "body")]
    public async Task A_wrong_body_is_400_and_names_the_field(string from, string to, string field)
    {
        var position = Bodies.Reserve().IndexOf(from, StringComparison.Ordinal);
        var body = string.Concat(
            Bodies.Reserve().AsSpan(0, position),
            to,
            Bodies.Reserve().AsSpan(position + from.Length)
        );

        AssertRefused(await Host.PostAsync("/v1/reservations", body), 400, "INVALID_REQUEST", field);
        Assert.That(
            (await Host.GetAsync("/v1/reservations")).Body.GetProperty("reservations").GetArrayLength(),
            Is.Zero
        );
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("\"text\"")]
    [TestCase("7")]
    [TestCase("\uFEFF{}")]
    public async Task A_body_that_is_no_object_is_400(string body) =>
        AssertRefused(await Host.PostAsync("/v1/decide", body), 400, "INVALID_REQUEST", "body");

    [Test]
    public async Task Bytes_that_are_no_text_are_400()
    {
        var body = System.Text.Encoding.UTF8.GetBytes(Bodies.Reserve(more: ""","metadata":{"a":"?"}"""));
        body[Array.IndexOf(body, (byte)'?')] = 0xFF;
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");

        AssertRefused(
            await Host.SendAsync(HttpMethod.Post, "/v1/reservations", content),
            400,
            "INVALID_REQUEST",
            "body"
        );
    }

    [Test]
    public async Task Free_data_may_nest_so_deep_that_it_can_still_be_listed()
    {
        static string Nested(int levels) => $"{new string('[', levels)}{new string(']', levels)}";
        var good = await Host.PostAsync(
            "/v1/reservations",
            Bodies.Reserve("deep", more: $$""","metadata":{"a":{{Nested(30)}}}""")
        );
        var bad = await Host.PostAsync(
            "/v1/reservations",
            Bodies.Reserve("deeper", more: $$""","metadata":{"a":{{Nested(31)}}}""")
        );

        Assert.That(good.Status, Is.EqualTo(200), good.ToString());
        AssertRefused(bad, 400, "INVALID_REQUEST", "body");
        AssertValid(WireSchemas.ReservationListResponse, await Host.GetAsync("/v1/reservations?include=metadata"));
    }

    [Test]
    public async Task Null_for_an_optional_field_is_absence()
    {
        var explicitly = await Host.PostAsync(
            "/v1/reservations",
            Bodies.Reserve(more: ""","ttl_ms":null,"metadata":null,"overage_policy":null""")
        );
        var replay = await Host.PostAsync("/v1/reservations", Bodies.Reserve());

        AssertValid(WireSchemas.ReservationCreateResponse, explicitly);
        Assert.That(replay.String("reservation_id"), Is.EqualTo(explicitly.String("reservation_id")));
    }

    [TestCase("limit=0", "limit")]
    [TestCase("limit=201", "limit")]
    [TestCase("limit=ten", "limit")]
    [TestCase("limit=1.5", "limit")]
    [TestCase("limit=", "limit")]
    [TestCase("limit=99999999999", "limit")]
    [TestCase("limit=1&limit=2", "limit")]
    [TestCase("status=active", "status")]
    [TestCase("status=1", "status")]
    [TestCase("status=", "status")]
    [TestCase("sort_by=created", "sort_by")]
    [TestCase("sort_dir=DESC", "sort_dir")]
    [TestCase("from=yesterday", "from")]
    [TestCase("from=2026-05-01", "from")]
    [TestCase("from=2026-05-01T00:00:00", "from")]
    [TestCase("from=2026-13-01T00:00:00Z", "from")]
    [TestCase("from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", "from")]
    [TestCase("expires_from=2026-05-02T00:00:00Z&expires_to=2026-05-01T00:00:00Z", "expires_from")]
    [TestCase("finalized_from=2026-05-02T00:00:00Z&finalized_to=2026-05-01T00:00:00Z", "finalized_from")]
    [TestCase("tenant=", "subject.tenant")]
    [TestCase("agent=a%20b", "subject.agent")]
    [TestCase("idempotency_key=", "idempotency_key")]
    [TestCase("cursor=nonsense", null)]
    public async Task A_wrong_query_is_400_and_names_the_parameter(string query, string? field) =>
        AssertRefused(await Host.GetAsync($"/v1/reservations?{query}"), 400, "INVALID_REQUEST", field);

    [TestCase("from=&to=&expires_from=&expires_to=&finalized_from=&finalized_to=")]
    [TestCase("from=%20")]
    [TestCase("include=")]
    [TestCase("include=metadata,,%20evidence%20,future")]
    [TestCase("future=1&Status=nonsense")]
    [TestCase("sort_by=reserved")]
    [TestCase("sort_by=created_at_ms&sort_dir=asc&limit=200")]
    [TestCase("status=ACTIVE&tenant=ACME&agent=BOT")]
    [TestCase("from=2026-05-01T14:00:00%2B02:00&to=2026-05-01t12:00:00.123456789z")]
    [TestCase("idempotency_key=r1")]
    [TestCase("cursor=")]
    public async Task A_good_query_finds_the_reservation(string query)
    {
        await ReserveAsync();

        var reply = await Host.GetAsync($"/v1/reservations?{query}");

        AssertValid(WireSchemas.ReservationListResponse, reply);
        Assert.That(reply.Body.GetProperty("reservations").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_cursor_belongs_to_its_filters_but_not_to_its_projection()
    {
        await ReserveAsync("r1");
        await ReserveAsync("r2");
        var page = await Host.GetAsync("/v1/reservations?limit=1&sort_by=reserved");
        var cursor = Uri.EscapeDataString(page.String("next_cursor"));

        var same = await Host.GetAsync($"/v1/reservations?limit=1&sort_by=reserved&include=metadata&cursor={cursor}");
        var other = await Host.GetAsync($"/v1/reservations?limit=1&sort_by=status&cursor={cursor}");

        Assert.That(same.Status, Is.EqualTo(200));
        AssertRefused(other, 400, "INVALID_REQUEST");
    }

    [TestCase("", "subject")]
    [TestCase("include_children=true", "subject")]
    [TestCase("tenant=acme&include_children=yes", "include_children")]
    [TestCase("tenant=acme&include_children=", "include_children")]
    [TestCase("tenant=acme&include_children=True", "include_children")]
    [TestCase("tenant=acme&limit=x", "limit")]
    [TestCase("workspace=%2F", "subject.workspace")]
    public async Task A_wrong_balance_query_is_400(string query, string field) =>
        AssertRefused(await Host.GetAsync($"/v1/balances?{query}"), 400, "INVALID_REQUEST", field);

    [TestCase("other")]
    [TestCase("")]
    [TestCase("R1")]
    public async Task The_header_must_not_name_another_key(string key)
    {
        using var content = TestHost.JsonBody(Bodies.Reserve());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/reservations") { Content = content };
        request.Headers.TryAddWithoutValidation("X-Cycles-API-Key", TestHost.AcmeKey);
        request.Headers.TryAddWithoutValidation("X-Idempotency-Key", key);

        using var response = await Host.Http.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(400));
    }
}
