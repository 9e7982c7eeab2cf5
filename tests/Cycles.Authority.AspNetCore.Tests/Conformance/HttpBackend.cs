using System.Text.Json;
using System.Text.Json.Nodes;
using Cycles.Authority.Tests;
using Microsoft.AspNetCore.Builder;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>The host on a loopback port; what the seam cannot do goes through the operator's side.</summary>
public class HttpBackend(Action<WebApplication>? more = null) : ConformanceBackend
{
    private const string Budgets = "/admin/tenants/acme/budgets";

    private readonly TestHost _host = TestHost.StartAsync(more: more).GetAwaiter().GetResult();

    public override string Tenant => "acme";

    public override ICyclesAuthority Authority => Connect(Tenant, TestHost.AcmeKey);

    protected Uri Address => _host.Http.BaseAddress!;

    public override ICyclesAuthority OtherTenant() => Connect("globex", TestHost.GlobexKey);

    public override void Advance(TimeSpan time) => _host.Clock.Advance(time);

    public override ValueTask SeedAsync(string scope, Amount allocated, Amount? overdraftLimit = null) =>
        AskAsync(
            Budgets,
            $$"""{"scope":"{{scope}}","allocated":{{Json(allocated)}},"overdraft_limit":{{Json(overdraftLimit ?? allocated with { Value = 0 })}}}"""
        );

    public override ValueTask FundAsync(string scope, Amount amount) =>
        AskAsync(
            $"{Budgets}/fund",
            $$"""{"idempotency_key":"{{Guid.NewGuid()}}","scope":"{{scope}}","operation":"CREDIT","amount":{{Json(amount)}}}"""
        );

    public override ValueTask FreezeAsync(string scope, AmountUnit unit) =>
        AskAsync($"{Budgets}/freeze", Which(scope, unit));

    public override ValueTask CloseBudgetAsync(string scope, AmountUnit unit) =>
        AskAsync($"{Budgets}/close", Which(scope, unit));

    public override ValueTask SetOverdraftLimitAsync(string scope, Amount limit) =>
        AskAsync($"{Budgets}/overdraft-limit", $$"""{"scope":"{{scope}}","limit":{{Json(limit)}}}""");

    public override ValueTask SetCapsAsync(string scope, AmountUnit unit, Caps caps, int? atPercent = null)
    {
        var body = JsonNode.Parse(Which(scope, unit))!;
        body["caps"] = JsonSerializer.SerializeToNode(caps, CyclesJsonContext.Default.Options);
        body["caps_at_percent"] = atPercent;
        return AskAsync($"{Budgets}/caps", body.ToJsonString());
    }

    public override ValueTask CreateTenantAsync(
        TimeSpan? defaultTtl = null,
        TimeSpan? maxTtl = null,
        CommitOveragePolicy? policy = null,
        int? maxExtensions = null
    )
    {
        var body = new JsonObject
        {
            ["tenant"] = Tenant,
            ["default_ttl_ms"] = (long?)defaultTtl?.TotalMilliseconds,
            ["max_ttl_ms"] = (long?)maxTtl?.TotalMilliseconds,
            ["overage_policy"] = policy is { } given ? JsonNamingPolicy.SnakeCaseUpper.ConvertName($"{given}") : null,
            ["max_extensions"] = maxExtensions,
        };
        return AskAsync("/admin/tenants", body.ToJsonString());
    }

    public override ValueTask CloseTenantAsync() => AskAsync("/admin/tenants/acme/close", "");

    public override async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual ICyclesAuthority Connect(string tenant, string key) => new WireAuthority(_host, tenant, key);

    private static string Which(string scope, AmountUnit unit) =>
        $$"""{"scope":"{{scope}}","unit":"{{new Amount(unit, 0).ToString()[2..]}}"}""";

    private static string Json(Amount amount) => Bodies.Money(amount.Value, amount.ToString().Split(' ')[1]);

    private async ValueTask AskAsync(string path, string body)
    {
        var reply = await _host.PostAsync(path, body, ("X-Admin-API-Key", TestHost.AdminKey));
        Assert.That(reply.IsSuccess, Is.True, reply.ToString());
    }
}
