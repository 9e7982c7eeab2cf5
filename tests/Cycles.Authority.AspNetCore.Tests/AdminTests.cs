using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Testing;

namespace Cycles.Authority.AspNetCore.Tests;

public sealed class AdminTests : HostFixture
{
    private const string Budgets = "/admin/tenants/acme/budgets";
    private static readonly (string, string) Admin = ("X-Admin-API-Key", TestHost.AdminKey);

    [Test]
    public async Task An_operator_sets_up_a_tenant_that_then_works()
    {
        var tenant = await AskAsync("/admin/tenants", """{"tenant":"Initech","max_extensions":1}""", 201);
        var key = await AskAsync("/admin/tenants/initech/api-keys", "", 201);
        var budget = await AskAsync(
            "/admin/tenants/initech/budgets",
            $$"""{"scope":"tenant:initech","allocated":{{Bodies.Money(1_000)}},"caps":{"max_tokens":10},"caps_at_percent":50}""",
            201
        );

        Assert.That(tenant.Text, Is.EqualTo("""{"tenant":"initech","status":"ACTIVE"}"""));
        Assert.That(budget.Amount("remaining"), Is.EqualTo(1_000));
        var reserve = await Host.PostAsync(
            "/v1/reservations",
            Bodies.Reserve(amount: 600).Replace("acme", "initech", StringComparison.Ordinal),
            ("X-Cycles-API-Key", key.String("api_key"))
        );
        Assert.That(reserve.String("decision"), Is.EqualTo("ALLOW_WITH_CAPS"));
        Assert.That(reserve.Header("X-Cycles-Tenant"), Is.EqualTo("initech"));
    }

    [Test]
    public async Task A_key_is_revoked_by_the_tenant_it_belongs_to_alone()
    {
        var key = await AskAsync("/admin/tenants/acme/api-keys", "", 201);
        var id = key.String("key_id");
        (string, string) own = ("X-Cycles-API-Key", key.String("api_key"));
        Assert.That((await Host.GetAsync("/v1/reservations", own)).Status, Is.EqualTo(200));

        var foreign = await Host.SendAsync(HttpMethod.Delete, $"/admin/tenants/globex/api-keys/{id}", null, Admin);
        AssertRefused(foreign, 404, "NOT_FOUND");
        Assert.That((await Host.GetAsync("/v1/reservations", own)).Status, Is.EqualTo(200));

        var revoked = await Host.SendAsync(HttpMethod.Delete, $"/admin/tenants/acme/api-keys/{id}", null, Admin);
        Assert.That((revoked.Status, revoked.String("status")), Is.EqualTo((200, "REVOKED")));
        AssertRefused(await Host.GetAsync("/v1/reservations", own), 401, "UNAUTHORIZED");
    }

    [TestCase("CREDIT", 500, 10_500)]
    [TestCase("DEBIT", 500, 9_500)]
    [TestCase("RESET", 500, 500)]
    [TestCase("RESET_SPENT", 500, 500)]
    [TestCase("REPAY_DEBT", 500, 10_500)]
    public async Task Fund_operations_run_once(string operation, long amount, long remaining)
    {
        var body = Fund(operation, amount);

        var first = await AskAsync($"{Budgets}/fund", body);
        var second = await AskAsync($"{Budgets}/fund", body);

        Assert.That(first.Amount("remaining"), Is.EqualTo(remaining));
        Assert.That(second.Text, Is.EqualTo(first.Text));
        AssertRefused(
            await Host.PostAsync($"{Budgets}/fund", Fund(operation, amount + 1), Admin),
            409,
            "IDEMPOTENCY_MISMATCH"
        );
    }

    [Test]
    public async Task A_new_period_may_begin_with_something_spent()
    {
        var body = Fund("RESET_SPENT", 500)
            .Replace("}}", $$"""},"spent":{{Bodies.Money(100)}}}""", StringComparison.Ordinal);

        var reply = await AskAsync($"{Budgets}/fund", body);

        Assert.That((reply.Amount("allocated"), reply.Amount("spent")), Is.EqualTo((500, 100)));
    }

    [Test]
    public async Task A_frozen_budget_refuses_until_it_is_unfrozen()
    {
        const string Which = """{"scope":"tenant:acme/agent:bot","unit":"USD_MICROCENTS"}""";
        await AskAsync($"{Budgets}/freeze", Which);
        AssertRefused(await Host.PostAsync("/v1/reservations", Bodies.Reserve()), 409, "BUDGET_FROZEN");
        await AskAsync($"{Budgets}/unfreeze", Which);
        await ReserveAsync();
        await AskAsync($"{Budgets}/close", Which);
        AssertRefused(await Host.PostAsync("/v1/reservations", Bodies.Reserve("r2")), 409, "BUDGET_CLOSED");
        AssertRefused(await Host.PostAsync($"{Budgets}/unfreeze", Which, Admin), 409, "BUDGET_CLOSED");
    }

    [Test]
    public async Task Limits_and_caps_change_while_it_runs()
    {
        var limit = await AskAsync(
            $"{Budgets}/overdraft-limit",
            $$"""{"scope":"tenant:acme/agent:bot","limit":{{Bodies.Money(700)}}}"""
        );
        await AskAsync(
            $"{Budgets}/caps",
            """{"scope":"tenant:acme/agent:bot","unit":"USD_MICROCENTS","caps":{"tool_allowlist":["x"]}}"""
        );

        Assert.That(limit.Amount("overdraft_limit"), Is.EqualTo(700));
        var decision = await Host.PostAsync("/v1/decide", Bodies.Decide());
        AssertValid(WireSchemas.DecisionResponse, decision);
        Assert.That(decision.String("decision"), Is.EqualTo("ALLOW_WITH_CAPS"));
    }

    [Test]
    public async Task A_closed_tenant_stays_closed()
    {
        await ReserveAsync();

        var reply = await AskAsync("/admin/tenants/acme/close", "");

        Assert.That(reply.String("status"), Is.EqualTo("CLOSED"));
        AssertRefused(await Host.PostAsync("/v1/reservations", Bodies.Reserve("r2")), 409, "TENANT_CLOSED");
        AssertRefused(await Host.PostAsync($"{Budgets}/fund", Fund("CREDIT", 1), Admin), 409, "TENANT_CLOSED");
        var balances = await Host.GetAsync("/v1/balances?tenant=acme");
        Assert.That(
            balances.Body.GetProperty("balances")[0].GetProperty("reserved").GetProperty("amount").GetInt64(),
            Is.Zero
        );
    }

    [TestCase("/admin/tenants", """{"tenant":"a b"}""", "tenant")]
    [TestCase("/admin/tenants", """{"tenant":"x","default_ttl_ms":999}""", "default_ttl_ms")]
    [TestCase("/admin/tenants", """{"tenant":"x","max_extensions":-1}""", "max_extensions")]
    [TestCase("/admin/tenants", """{"tenant":"x","overage_policy":"reject"}""", "overage_policy")]
    [TestCase("/admin/tenants", """{"tenant":"x","more":1}""", "more")]
    [TestCase("/admin/tenants/a%20b/close", "", "tenant")]
    [TestCase(Budgets, """{"scope":"agent","allocated":{"unit":"TOKENS","amount":1}}""", "scope")]
    [TestCase(Budgets, """{"scope":"tenant:globex","allocated":{"unit":"TOKENS","amount":1}}""", "scope")]
    [TestCase(Budgets, """{"scope":"tenant:acme","allocated":{"unit":"TOKENS","amount":-1}}""", "allocated.amount")]
    [TestCase(Budgets, """{"scope":"tenant:acme"}""", "allocated")]
    [TestCase(
        Budgets,
        """{"scope":"tenant:acme","allocated":{"unit":"TOKENS","amount":1},"overdraft_limit":{"unit":"CREDITS","amount":1}}""",
        "overdraft_limit.unit"
    )]
    [TestCase(
        Budgets,
        """{"scope":"tenant:acme","allocated":{"unit":"TOKENS","amount":1},"caps":{},"caps_at_percent":101}""",
        "caps_at_percent"
    )]
    [TestCase(
        $"{Budgets}/fund",
        """{"scope":"tenant:acme","operation":"CREDIT","amount":{"unit":"TOKENS","amount":1}}""",
        "idempotency_key"
    )]
    [TestCase(
        $"{Budgets}/fund",
        """{"idempotency_key":"","scope":"tenant:acme","operation":"CREDIT","amount":{"unit":"TOKENS","amount":1}}""",
        "idempotency_key"
    )]
    [TestCase(
        $"{Budgets}/fund",
        """{"idempotency_key":"k","scope":"tenant:acme","operation":"credit","amount":{"unit":"TOKENS","amount":1}}""",
        "operation"
    )]
    [TestCase($"{Budgets}/freeze", """{"scope":"tenant:acme","unit":"EUR"}""", "unit")]
    public async Task A_wrong_request_is_400_and_names_the_field(string path, string body, string field) =>
        AssertRefused(await Host.PostAsync(path, body, Admin), 400, "INVALID_REQUEST", field);

    [TestCase("close", """{"reason":"x"}""", "reason")]
    [TestCase("close", """{"unit":"TOKENS","unit":"TOKENS"}""", "unit")]
    [TestCase("close", "[]", "body")]
    [TestCase("close", "null", "body")]
    [TestCase("close", " ", "body")]
    [TestCase("close", "{", "body")]
    [TestCase("close", "{} {}", "body")]
    [TestCase("api-keys", """{"name":"billing"}""", "name")]
    [TestCase("api-keys", "tenant=acme", "body")]
    public async Task An_operation_that_takes_nothing_takes_nothing(string operation, string body, string field)
    {
        AssertRefused(
            await Host.PostAsync($"/admin/tenants/globex/{operation}", body, Admin),
            400,
            "INVALID_REQUEST",
            field
        );
        await AskAsync("/admin/tenants/globex/close", "{}");
    }

    [TestCase("close", 200)]
    [TestCase("api-keys", 201)]
    public async Task Nothing_is_no_body_an_empty_one_or_an_empty_object(string operation, int status)
    {
        var path = $"/admin/tenants/globex/{operation}";
        foreach (
            var content in new[] { null, TestHost.JsonBody(""), TestHost.JsonBody("{}"), TestHost.JsonBody(" { } ") }
        )
        {
            var reply = await Host.SendAsync(HttpMethod.Post, path, content, Admin);
            Assert.That(reply.Status, Is.EqualTo(status), reply.ToString());
        }

        var other = await Host.SendAsync(HttpMethod.Post, path, new StringContent("{}"), Admin);
        AssertRefused(other, 415, "INVALID_REQUEST");
    }

    [Test]
    public async Task What_is_not_there_is_404_and_what_is_there_is_not_made_again()
    {
        AssertRefused(
            await Host.PostAsync($"{Budgets}/freeze", """{"scope":"tenant:acme","unit":"TOKENS"}""", Admin),
            400,
            "UNIT_MISMATCH"
        );
        AssertRefused(
            await Host.PostAsync($"{Budgets}/freeze", """{"scope":"tenant:acme/app:x","unit":"TOKENS"}""", Admin),
            404,
            "NOT_FOUND"
        );
        await AskAsync("/admin/tenants", """{"tenant":"initech"}""", 201);
        AssertRefused(
            await Host.PostAsync("/admin/tenants", """{"tenant":"initech"}""", Admin),
            400,
            "INVALID_REQUEST"
        );
    }

    [TestCase("")]
    [TestCase("admin_wrong")]
    [TestCase("cyc_acme")]
    public async Task A_wrong_operator_is_401(string key)
    {
        (string, string)[] headers = [("X-Cycles-API-Key", ""), ("X-Admin-API-Key", key)];

        AssertRefused(await Host.PostAsync("/admin/tenants", """{"tenant":"x"}""", headers), 401, "UNAUTHORIZED");
        AssertRefused(await Host.PostAsync($"{Budgets}/fund", Fund("CREDIT", 1), headers), 401, "UNAUTHORIZED");
    }

    [Test]
    public async Task A_tenants_key_is_no_operators_key() =>
        AssertRefused(await Host.PostAsync("/admin/tenants", """{"tenant":"x"}"""), 401, "UNAUTHORIZED");

    [Test]
    public async Task Without_an_admin_key_there_is_no_operators_side()
    {
        await using var host = await TestHost.StartAsync(options => options.AdminKey = null);

        AssertRefused(await host.PostAsync("/admin/tenants", """{"tenant":"x"}""", Admin), 404, "NOT_FOUND");
        AssertRefused(await host.GetAsync("/v1/reservations?tenant=acme", Admin), 401, "UNAUTHORIZED");
    }

    [Test]
    public async Task What_an_operator_does_is_in_the_audit_log()
    {
        var reply = await AskAsync($"{Budgets}/fund", Fund("CREDIT", 1));

        var record = Host.LogOf(3).Single();
        Assert.That(record.Message, Does.Contain("operation=fundBudget tenant=acme status=200"));
        Assert.That(record.Message, Does.Contain(reply.Header("X-Request-Id")!));
    }

    [TestCase("CREDIT", 200)]
    [TestCase("nonsense", 400)]
    public async Task The_audit_log_has_it_before_the_answer_leaves(string operation, int status)
    {
        TestHost? host = null;
        IReadOnlyList<FakeLogRecord>? found = null;
        host = await TestHost.StartAsync(more: application =>
            application.Use(
                (http, next) =>
                {
                    http.Response.OnStarting(() =>
                    {
                        found = host!.LogOf(3);
                        return Task.CompletedTask;
                    });
                    return next(http);
                }
            )
        );
        await using var stops = host;
        host.Authority.Administer("acme").Budget("tenant:acme/agent:bot", Amount.UsdMicrocents(10_000));

        var reply = await host.PostAsync($"{Budgets}/fund", Fund(operation, 1), Admin);

        Assert.That(reply.Status, Is.EqualTo(status), reply.ToString());
        Assert.That(found!.Single().Message, Does.Contain($"operation=fundBudget tenant=acme status={status}"));
    }

    [Test]
    public async Task The_audit_log_has_it_once_where_the_answer_cannot_leave()
    {
        await using var host = await TestHost.StartAsync(more: application =>
            application.Use(
                (http, next) =>
                {
                    http.Response.OnStarting(static () => throw new InvalidOperationException("It can't start."));
                    return next(http);
                }
            )
        );
        host.Authority.Administer("acme").Budget("tenant:acme/agent:bot", Amount.UsdMicrocents(10_000));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Budgets}/fund")
        {
            Content = new StringContent(Fund("CREDIT", 1), new MediaTypeHeaderValue("application/json")),
            Headers = { { "X-Admin-API-Key", TestHost.AdminKey } },
        };

        using var response = await host.Http.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(host.LogOf(3).Single().Message, Does.Contain("operation=fundBudget tenant=acme status=200"));
    }

    private async Task<Reply> AskAsync(string path, string body, int status = 200)
    {
        var reply = await Host.PostAsync(path, body, Admin);
        Assert.That(reply.Status, Is.EqualTo(status), reply.ToString());
        return reply;
    }

    private static string Fund(string operation, long amount) =>
        $$"""{"idempotency_key":"f1","scope":"tenant:acme/agent:bot","operation":"{{operation}}","amount":{{Bodies.Money(amount)}}}""";
}
