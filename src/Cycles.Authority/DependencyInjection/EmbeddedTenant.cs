namespace Cycles.Authority;

/// <summary>A registered tenant, and what its registration says about the authority.</summary>
internal sealed record EmbeddedTenant(
    string Id,
    Action<TenantAdministration>? Configure,
    Action<EmbeddedAuthorityOptions>? Options
);
