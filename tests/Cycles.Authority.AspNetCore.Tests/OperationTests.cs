namespace Cycles.Authority.AspNetCore.Tests;

public sealed class OperationTests : HostFixture
{
    [Test]
    public async Task Decide_gives_an_opinion()
    {
        var reply = await Host.PostAsync("/v1/decide", Bodies.Decide());

        AssertValid(WireSchemas.DecisionResponse, reply);
        Assert.That(reply.String("decision"), Is.EqualTo("ALLOW"));
    }

    [Test]
    public async Task Decide_says_no_in_a_200()
    {
        var reply = await Host.PostAsync("/v1/decide", Bodies.Decide(amount: 10_001));

        AssertValid(WireSchemas.DecisionResponse, reply);
        Assert.That((reply.String("decision"), reply.String("reason_code")), Is.EqualTo(("DENY", "BUDGET_EXCEEDED")));
    }

    [Test]
    public async Task Reserve_holds_on_every_budgeted_scope()
    {
        var reply = await Host.PostAsync("/v1/reservations", Bodies.Reserve());

        AssertValid(WireSchemas.ReservationCreateResponse, reply);
        Assert.That(reply.Body.GetProperty("balances").GetArrayLength(), Is.EqualTo(2));
        Assert.That(reply.Body.GetProperty("remaining_ttl_ms").GetInt64(), Is.EqualTo(60_000));
    }

    [Test]
    public async Task A_dry_run_denies_in_a_200_and_holds_nothing()
    {
        var reply = await Host.PostAsync(
            "/v1/reservations",
            Bodies.Reserve(amount: 10_001, more: ""","dry_run":true""")
        );

        AssertValid(WireSchemas.ReservationCreateResponse, reply);
        Assert.That(reply.String("decision"), Is.EqualTo("DENY"));
        Assert.That(reply.Body.TryGetProperty("reservation_id", out _), Is.False);
    }

    [Test]
    public async Task Commit_charges_and_gives_the_rest_back()
    {
        var id = await ReserveAsync();

        var reply = await Host.PostAsync($"/v1/reservations/{id}/commit", Bodies.Commit());

        AssertValid(WireSchemas.CommitResponse, reply);
        Assert.That((reply.Amount("charged"), reply.Amount("released")), Is.EqualTo((400, 100)));
    }

    [Test]
    public async Task Release_gives_everything_back()
    {
        var id = await ReserveAsync();

        var reply = await Host.PostAsync($"/v1/reservations/{id}/release", Bodies.Release());

        AssertValid(WireSchemas.ReleaseResponse, reply);
        Assert.That(reply.Amount("released"), Is.EqualTo(500));
    }

    [Test]
    public async Task Extend_moves_the_end()
    {
        var id = await ReserveAsync();

        var reply = await Host.PostAsync($"/v1/reservations/{id}/extend", Bodies.Extend());

        AssertValid(WireSchemas.ReservationExtendResponse, reply);
        Assert.That(reply.Body.GetProperty("remaining_ttl_ms").GetInt64(), Is.EqualTo(90_000));
    }

    [Test]
    public async Task An_event_is_201()
    {
        var reply = await Host.PostAsync("/v1/events", Bodies.Event());

        AssertValid(WireSchemas.EventCreateResponse, reply, 201);
    }

    [Test]
    public async Task Get_shows_one_reservation_in_full()
    {
        var created = await Host.PostAsync(
            "/v1/reservations",
            Bodies.Reserve(more: ""","metadata":{"run":{"step":1,"note":null}}""")
        );
        var id = created.String("reservation_id");
        await Host.PostAsync(
            $"/v1/reservations/{id}/commit",
            Bodies.Commit(amount: 1)[..^1] + ""","metadata":{"b":[true]}}"""
        );

        var reply = await Host.GetAsync($"/v1/reservations/{id}");

        AssertValid(WireSchemas.ReservationDetail, reply);
        Assert.That(reply.Body.GetProperty("metadata").GetRawText(), Is.EqualTo("""{"run":{"step":1,"note":null}}"""));
        Assert.That(reply.Body.GetProperty("committed_metadata").GetRawText(), Is.EqualTo("""{"b":[true]}"""));
    }

    [Test]
    public async Task List_walks_through_pages()
    {
        for (var i = 0; i < 5; i++)
        {
            await ReserveAsync($"r{i}", 1);
        }

        var seen = new List<string>();
        var cursor = "";
        do
        {
            var page = await Host.GetAsync(
                $"/v1/reservations?limit=2&status=ACTIVE&cursor={Uri.EscapeDataString(cursor)}"
            );
            AssertValid(WireSchemas.ReservationListResponse, page);
            seen.AddRange(
                page.Body.GetProperty("reservations")
                    .EnumerateArray()
                    .Select(row => row.GetProperty("idempotency_key").GetString()!)
            );
            cursor = page.Body.TryGetProperty("next_cursor", out var next) ? next.GetString()! : "";
        } while (cursor.Length > 0);

        Assert.That(seen, Is.EqualTo(new[] { "r4", "r3", "r2", "r1", "r0" }));
    }

    [Test]
    public async Task Balances_of_children_come_when_asked_for()
    {
        var own = await Host.GetAsync("/v1/balances?tenant=acme");
        var all = await Host.GetAsync("/v1/balances?tenant=ACME&include_children=true");

        AssertValid(WireSchemas.BalanceResponse, own);
        AssertValid(WireSchemas.BalanceResponse, all);
        Assert.That(own.Body.GetProperty("balances").GetArrayLength(), Is.EqualTo(1));
        Assert.That(all.Body.GetProperty("balances").GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_replay_is_the_same_answer_with_a_fresh_lease()
    {
        var first = await Host.PostAsync("/v1/reservations", Bodies.Reserve());
        Host.Clock.Advance(TimeSpan.FromSeconds(10));

        var second = await Host.PostAsync("/v1/reservations", Bodies.Reserve());

        Assert.That(
            second.Text,
            Is.EqualTo(
                first.Text.Replace("\"remaining_ttl_ms\":60000", "\"remaining_ttl_ms\":50000", StringComparison.Ordinal)
            )
        );
        Assert.That(second.Header("X-Request-Id"), Is.Not.EqualTo(first.Header("X-Request-Id")));
    }

    [Test]
    public async Task The_header_may_repeat_the_key()
    {
        var reply = await Host.PostAsync("/v1/decide", Bodies.Decide("same"), ("X-Idempotency-Key", "same"));

        AssertValid(WireSchemas.DecisionResponse, reply);
    }

    [Test]
    public async Task An_id_is_found_escaped()
    {
        var id = await ReserveAsync();

        var reply = await Host.GetAsync($"/v1/reservations/{id.Replace("_", "%5F", StringComparison.Ordinal)}");

        AssertValid(WireSchemas.ReservationDetail, reply);
    }

    [Test]
    public async Task Health_needs_no_key()
    {
        var reply = await Host.GetAsync("/health", ("X-Cycles-API-Key", ""));

        Assert.That((reply.Status, reply.Text), Is.EqualTo((200, """{"status":"ok"}""")));
    }

    [TestCase("/v1/evidence/0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("/v1/.well-known/cycles-jwks.json")]
    public async Task There_is_no_evidence(string path)
    {
        var reply = await Host.GetAsync(path, ("X-Cycles-API-Key", ""));

        AssertRefused(reply, 404, "NOT_FOUND");
    }
}
