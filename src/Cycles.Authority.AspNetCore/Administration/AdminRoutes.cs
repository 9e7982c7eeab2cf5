using Microsoft.AspNetCore.Routing;

namespace Cycles.Authority;

/// <summary>The operator's paths, all behind <c>X-Admin-API-Key</c>.</summary>
internal static class AdminRoutes
{
    public static void Map(IEndpointRouteBuilder endpoints, AuthorityHost host)
    {
        var tenants = new TenantOperations(host);
        var budgets = new BudgetOperations(host);
        const string Tenant = "/admin/tenants/{tenant}";
        const string Budgets = $"{Tenant}/budgets";
        Resource.Map(endpoints, host, "/admin/tenants", ("POST", tenants.CreateAsync));
        Resource.Map(endpoints, host, $"{Tenant}/close", ("POST", tenants.CloseAsync));
        Resource.Map(endpoints, host, $"{Tenant}/api-keys", ("POST", tenants.CreateKeyAsync));
        Resource.Map(endpoints, host, $"{Tenant}/api-keys/{{key_id}}", ("DELETE", tenants.RevokeKeyAsync));
        Resource.Map(endpoints, host, Budgets, ("POST", budgets.CreateAsync));
        Resource.Map(endpoints, host, $"{Budgets}/fund", ("POST", budgets.FundAsync));
        Resource.Map(endpoints, host, $"{Budgets}/freeze", ("POST", budgets.FreezeAsync));
        Resource.Map(endpoints, host, $"{Budgets}/unfreeze", ("POST", budgets.UnfreezeAsync));
        Resource.Map(endpoints, host, $"{Budgets}/close", ("POST", budgets.CloseAsync));
        Resource.Map(endpoints, host, $"{Budgets}/overdraft-limit", ("POST", budgets.SetOverdraftLimitAsync));
        Resource.Map(endpoints, host, $"{Budgets}/caps", ("POST", budgets.SetCapsAsync));
    }
}
