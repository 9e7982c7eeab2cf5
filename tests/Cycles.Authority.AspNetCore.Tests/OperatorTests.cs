namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>The three runtime operations that an operator's key opens too.</summary>
public sealed class OperatorTests : HostFixture
{
    private static readonly (string, string) Admin = ("X-Admin-API-Key", TestHost.AdminKey);

    [Test]
    public async Task An_operator_gets_any_reservation()
    {
        var id = await ReserveAsync();

        AssertValid(WireSchemas.ReservationDetail, await Host.GetAsync($"/v1/reservations/{id}", Admin));
        AssertRefused(await Host.GetAsync($"/v1/reservations/{id}0", Admin), 404, "NOT_FOUND");
    }

    [Test]
    public async Task An_operator_lists_one_tenant_at_a_time()
    {
        await ReserveAsync();

        var acme = await Host.GetAsync("/v1/reservations?tenant=acme", Admin);
        AssertValid(WireSchemas.ReservationListResponse, acme);
        Assert.That(acme.Body.GetProperty("reservations").GetArrayLength(), Is.EqualTo(1));
        var globex = await Host.GetAsync("/v1/reservations?tenant=globex", Admin);
        Assert.That(globex.Body.GetProperty("reservations").GetArrayLength(), Is.Zero);
        var nobody = await Host.GetAsync("/v1/reservations", Admin);
        AssertRefused(nobody, 400, "INVALID_REQUEST", "tenant");
        Assert.That(
            nobody.Message,
            Does.StartWith("tenant query parameter is required when using admin key authentication")
        );
    }

    [Test]
    public async Task An_operators_release_is_in_the_audit_log()
    {
        var id = await ReserveAsync();

        var reply = await Host.PostAsync(
            $"/v1/reservations/{id}/release",
            """{"idempotency_key":"l1","reason":"[INCIDENT_FORCE_RELEASE]"}""",
            Admin
        );

        AssertValid(WireSchemas.ReleaseResponse, reply);
        var record = Host.LogOf(2).Single();
        Assert.That(record.Message, Does.Contain("actor_type=admin_on_behalf_of"));
        Assert.That(
            record.Message,
            Does.Contain(id).And.Contain("[INCIDENT_FORCE_RELEASE]").And.Contain("tenant=acme")
        );
        Assert.That(
            record.Message,
            Does.Contain(reply.Header("X-Request-Id")!).And.Contain(reply.Header("X-Cycles-Trace-Id")!)
        );
    }

    [Test]
    public async Task A_tenants_own_release_is_not()
    {
        var id = await ReserveAsync();

        await Host.PostAsync($"/v1/reservations/{id}/release", Bodies.Release());

        Assert.That(Host.LogOf(2), Is.Empty);
    }

    [Test]
    public async Task An_operators_request_is_checked_like_any_other()
    {
        var id = await ReserveAsync();
        var path = $"/v1/reservations/{id}/release";

        AssertRefused(await Host.PostAsync(path, "{}", Admin), 400, "INVALID_REQUEST", "idempotency_key");
        AssertRefused(
            await Host.PostAsync(path, Bodies.Release(), Admin, ("X-Idempotency-Key", "other")),
            400,
            "INVALID_REQUEST",
            "idempotency_key"
        );
        AssertRefused(await Host.PostAsync("/v1/reservations/none/release", Bodies.Release(), Admin), 404, "NOT_FOUND");
        AssertRefused(await Host.PostAsync(path, Bodies.Release(), ("X-Admin-API-Key", "wrong")), 401, "UNAUTHORIZED");
        AssertRefused(
            await Host.GetAsync("/v1/reservations?tenant=acme", ("X-Admin-API-Key", "wrong")),
            401,
            "UNAUTHORIZED"
        );
    }

    [Test]
    public async Task The_operators_key_opens_nothing_else()
    {
        var id = await ReserveAsync();

        AssertRefused(await Host.PostAsync("/v1/decide", Bodies.Decide(), Admin), 401, "UNAUTHORIZED");
        AssertRefused(await Host.PostAsync("/v1/events", Bodies.Event(), Admin), 401, "UNAUTHORIZED");
        AssertRefused(
            await Host.PostAsync($"/v1/reservations/{id}/commit", Bodies.Commit(), Admin),
            401,
            "UNAUTHORIZED"
        );
        AssertRefused(await Host.GetAsync("/v1/balances?tenant=acme", Admin), 401, "UNAUTHORIZED");
    }

    [Test]
    public async Task Who_sends_both_keys_may_what_the_tenant_may()
    {
        var id = await ReserveAsync();

        var reply = await Host.GetAsync($"/v1/reservations/{id}", Admin, ("X-Cycles-API-Key", TestHost.GlobexKey));

        AssertRefused(reply, 403, "FORBIDDEN");
    }
}
