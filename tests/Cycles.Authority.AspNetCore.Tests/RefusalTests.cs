namespace Cycles.Authority.AspNetCore.Tests;

public sealed class RefusalTests : HostFixture
{
    [Test]
    public async Task Too_little_left_is_409_with_its_figures()
    {
        var reply = await Host.PostAsync("/v1/reservations", Bodies.Reserve(amount: 10_001));

        AssertRefused(reply, 409, "BUDGET_EXCEEDED");
        var details = reply.Body.GetProperty("details");
        Assert.That(details.GetProperty("scope").GetString(), Is.EqualTo("tenant:acme/agent:bot"));
        Assert.That(details.GetProperty("remaining").GetInt64(), Is.EqualTo(10_000));
    }

    [Test]
    public async Task Another_unit_is_400()
    {
        var body = Bodies.Reserve().Replace("USD_MICROCENTS", "TOKENS", StringComparison.Ordinal);

        AssertRefused(await Host.PostAsync("/v1/reservations", body), 400, "UNIT_MISMATCH");
    }

    [Test]
    public async Task No_budget_at_all_is_404()
    {
        var body = Bodies.Reserve().Replace(Bodies.Subject, """{"agent":"other"}""", StringComparison.Ordinal);

        AssertRefused(await Host.PostAsync("/v1/reservations", body), 404, "NOT_FOUND");
    }

    [Test]
    public async Task Another_payload_under_the_same_key_is_409()
    {
        await ReserveAsync();

        AssertRefused(await Host.PostAsync("/v1/reservations", Bodies.Reserve(amount: 1)), 409, "IDEMPOTENCY_MISMATCH");
    }

    [Test]
    public async Task A_settled_reservation_is_409()
    {
        var id = await ReserveAsync();
        await Host.PostAsync($"/v1/reservations/{id}/release", Bodies.Release());

        AssertRefused(
            await Host.PostAsync($"/v1/reservations/{id}/commit", Bodies.Commit()),
            409,
            "RESERVATION_FINALIZED"
        );
    }

    [Test]
    public async Task An_expired_reservation_is_410_and_stays_listed()
    {
        var id = await ReserveAsync();
        Host.Clock.Advance(TimeSpan.FromSeconds(66));

        AssertRefused(await Host.GetAsync($"/v1/reservations/{id}"), 410, "RESERVATION_EXPIRED");
        AssertRefused(
            await Host.PostAsync($"/v1/reservations/{id}/commit", Bodies.Commit()),
            410,
            "RESERVATION_EXPIRED"
        );
        var list = await Host.GetAsync("/v1/reservations?status=EXPIRED");
        Assert.That(list.Body.GetProperty("reservations").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task Too_many_extensions_are_409()
    {
        var id = await ReserveAsync();
        for (var i = 0; i < 10; i++)
        {
            await Host.PostAsync($"/v1/reservations/{id}/extend", Bodies.Extend($"x{i}"));
        }

        AssertRefused(
            await Host.PostAsync($"/v1/reservations/{id}/extend", Bodies.Extend("one more")),
            409,
            "MAX_EXTENSIONS_EXCEEDED"
        );
    }

    [Test]
    public async Task A_closed_tenant_is_409_where_something_changes_and_a_DENY_elsewhere()
    {
        await ReserveAsync();
        Host.Authority.Administer("acme").CloseTenant();

        AssertRefused(await Host.PostAsync("/v1/events", Bodies.Event()), 409, "TENANT_CLOSED");
        var decision = await Host.PostAsync("/v1/decide", Bodies.Decide());
        Assert.That(decision.String("reason_code"), Is.EqualTo("TENANT_CLOSED"));
        Assert.That((await Host.GetAsync("/v1/reservations")).Status, Is.EqualTo(200));
    }

    [TestCase("commit")]
    [TestCase("release")]
    [TestCase("extend")]
    [TestCase("")]
    public async Task An_unknown_reservation_is_404_and_a_foreign_one_403(string operation)
    {
        var id = await ReserveAsync();
        var body = operation switch
        {
            "commit" => Bodies.Commit(),
            "release" => Bodies.Release(),
            _ => Bodies.Extend(),
        };

        Task<Reply> AskAsync(string about) =>
            operation.Length == 0
                ? Host.GetAsync($"/v1/reservations/{about}", ("X-Cycles-API-Key", TestHost.GlobexKey))
                : Host.PostAsync(
                    $"/v1/reservations/{about}/{operation}",
                    body,
                    ("X-Cycles-API-Key", TestHost.GlobexKey)
                );

        AssertRefused(await AskAsync($"{id}0"), 404, "NOT_FOUND");
        AssertRefused(await AskAsync(id), 403, "FORBIDDEN");
        AssertRefused(await AskAsync(new string('x', 129)), 400, "INVALID_REQUEST", "reservation_id");
    }

    [TestCase("/v1/decide")]
    [TestCase("/v1/reservations")]
    public async Task A_foreign_subject_is_403(string path)
    {
        var reply = await Host.PostAsync(path, Bodies.Decide(), ("X-Cycles-API-Key", TestHost.GlobexKey));

        AssertRefused(reply, 403, "FORBIDDEN");
        Assert.That(reply.Header("X-Cycles-Tenant"), Is.EqualTo("globex"));
    }

    [TestCase("/v1/reservations?tenant=globex")]
    [TestCase("/v1/balances?tenant=globex")]
    public async Task A_foreign_filter_is_403(string path) =>
        AssertRefused(await Host.GetAsync(path), 403, "FORBIDDEN");

    [Test]
    public async Task Refusals_come_in_the_order_of_the_protocol()
    {
        const string Path = "/v1/reservations";
        var foreign = Bodies.Reserve().Replace("acme", "globex", StringComparison.Ordinal);
        var bad = foreign.Replace("\"amount\":500", "\"amount\":-1", StringComparison.Ordinal);
        (string, string) other = ("X-Idempotency-Key", "other");

        AssertRefused(await Host.PostAsync(Path, bad, ("X-Cycles-API-Key", "nobody"), other), 401, "UNAUTHORIZED");
        AssertRefused(await Host.PostAsync(Path, bad, other), 400, "INVALID_REQUEST", "estimate.amount");
        AssertRefused(await Host.PostAsync(Path, foreign, other), 400, "INVALID_REQUEST", "idempotency_key");
        AssertRefused(await Host.PostAsync(Path, foreign), 403, "FORBIDDEN");
    }

    [TestCase("/")]
    [TestCase("/nothing")]
    [TestCase("/v1")]
    [TestCase("/v1/")]
    [TestCase("/v1/reservation")]
    [TestCase("/v1/reservations/")]
    [TestCase("/v1/reservations//commit")]
    [TestCase("/v1/reservations/x/commits")]
    [TestCase("/v1/reservations/x/commit/")]
    [TestCase("/V1/decide")]
    [TestCase("/v1/Decide")]
    [TestCase("/admin")]
    [TestCase("/admin/nothing")]
    public async Task An_unknown_path_is_404(string path)
    {
        AssertRefused(await Host.GetAsync(path), 404, "NOT_FOUND");
        AssertRefused(await Host.PostAsync(path, Bodies.Decide()), 404, "NOT_FOUND");
    }

    [TestCase("GET", "/v1/decide", "POST")]
    [TestCase("DELETE", "/v1/reservations", "GET, POST")]
    [TestCase("PUT", "/v1/reservations/x", "GET")]
    [TestCase("GET", "/v1/reservations/x/commit", "POST")]
    [TestCase("PATCH", "/v1/balances", "GET")]
    [TestCase("OPTIONS", "/v1/events", "POST")]
    [TestCase("HEAD", "/v1/balances", "GET")]
    [TestCase("POST", "/health", "GET")]
    [TestCase("GET", "/admin/tenants", "POST")]
    public async Task A_wrong_method_is_405_and_says_which_are_right(string method, string path, string allowed)
    {
        using var response = await Host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.That((int)response.StatusCode, Is.EqualTo(405));
        Assert.That(string.Join(", ", response.Content.Headers.Allow), Is.EqualTo(allowed));
        AssertRefusedUnlessHead(await Host.SendAsync(new HttpMethod(method), path, null), method);
    }

    private static void AssertRefusedUnlessHead(Reply reply, string method)
    {
        if (method != "HEAD")
        {
            AssertRefused(reply, 405, "INVALID_REQUEST");
        }
    }
}
