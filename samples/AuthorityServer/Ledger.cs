using Cycles.Authority;

namespace AuthorityServer;

/// <summary>The authority that the command line describes.</summary>
internal static class Ledger
{
    /// <summary>Creates it.</summary>
    /// <exception cref="FormatException">A budget is impossible.</exception>
    public static EmbeddedAuthority Create(ServerOptions options)
    {
        // Clients with a journal repeat a commit for days: the protocol's lifetimes, and no bound in number.
        var authority = new EmbeddedAuthority(EmbeddedAuthorityOptions.ForRemoteClients());
        foreach (var tenant in options.Tenants.Distinct())
        {
            authority.Administer(tenant).CreateTenant();
        }

        foreach (var budget in options.Budgets)
        {
            try
            {
                authority.Administer(budget.Tenant).Budget(budget.Scope, budget.Allocated);
            }
            catch (AdministrationException refused)
            {
                throw new FormatException($"--budget {budget.Scope}: {refused.Message}", refused);
            }
        }

        return authority;
    }
}
