using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cycles.Authority.Tests;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>
/// A server that runs elsewhere: CYCLES_TEST_BASE_URL and CYCLES_TEST_API_KEY name it, CYCLES_TEST_TENANT the key's
/// tenant (else acme), which has no budget of its own. Budgets are made through the operator's side of AuthorityServer with CYCLES_TEST_ADMIN_KEY;
/// without it, tests that need one are skipped.
/// </summary>
public sealed class LiveBackend : ConformanceBackend
{
    private readonly HttpMessageInvoker _http = HttpHandlers.NewInvoker(new CyclesClientOptions());
    private readonly Uri _address = new(Environment.GetEnvironmentVariable("CYCLES_TEST_BASE_URL")!);

    public static string? Missing =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CYCLES_TEST_BASE_URL"))
        || string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CYCLES_TEST_API_KEY"))
            ? "CYCLES_TEST_BASE_URL and CYCLES_TEST_API_KEY name no server."
            : null;

    public override string Tenant => Environment.GetEnvironmentVariable("CYCLES_TEST_TENANT") ?? "acme";

    public override bool HasOwnErrors => false;

    public override ICyclesAuthority Authority =>
        new HttpCyclesAuthority(
            () => _http,
            new CyclesClientOptions
            {
                BaseUrl = _address,
                ApiKey = Environment.GetEnvironmentVariable("CYCLES_TEST_API_KEY"),
                Subject = new() { Tenant = Tenant },
            }
        );

    public override async ValueTask SeedAsync(string scope, Amount allocated, Amount? overdraftLimit = null)
    {
        if (Environment.GetEnvironmentVariable("CYCLES_TEST_ADMIN_KEY") is not { Length: > 0 } key)
        {
            Assert.Ignore("CYCLES_TEST_ADMIN_KEY is not set, so no budget can be made.");
            return;
        }

        var root = _address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{root}/admin/tenants/{Tenant}/budgets")
        {
            Content = JsonContent.Create(
                new JsonObject
                {
                    ["scope"] = scope,
                    ["allocated"] = Json(allocated),
                    ["overdraft_limit"] = Json(overdraftLimit ?? allocated with { Value = 0 }),
                }
            ),
        };
        request.Headers.Add("X-Admin-API-Key", key);
        using var response = await _http.SendAsync(request, CancellationToken.None);
        Assert.That(response.IsSuccessStatusCode, Is.True, await response.Content.ReadAsStringAsync());
    }

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await base.DisposeAsync();
    }

    private static JsonObject Json(Amount amount) =>
        new() { ["unit"] = amount.ToString().Split(' ')[1], ["amount"] = amount.Value };
}
