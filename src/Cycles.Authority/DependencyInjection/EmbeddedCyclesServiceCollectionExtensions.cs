using Cycles;
using Cycles.Authority;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers an authority that lives in this process.</summary>
public static class EmbeddedCyclesServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="EmbeddedAuthority"/> for the container, and the seam of a tenant as
    /// <see cref="ICyclesAuthority"/>. Called again it adds a tenant to the same authority; the seam stays the first
    /// one's. Clock and log come from the container where it has them. An <see cref="EmbeddedAuthority"/> that the
    /// container has already is used as it is.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="tenant">The tenant's id: 1 to 128 characters of <c>A-Z a-z 0-9 _ . -</c>.</param>
    /// <param name="configure">Creates its budgets, once, when the authority is first used.</param>
    /// <param name="configureAuthority">Sets the authority's options, such as how long it remembers.</param>
    /// <returns>The container.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> is not a tenant's id.</exception>
    public static IServiceCollection AddEmbeddedCycles(
        this IServiceCollection services,
        string tenant,
        Action<TenantAdministration>? configure = null,
        Action<EmbeddedAuthorityOptions>? configureAuthority = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(tenant);
        if (new Subject { Tenant = tenant }.Validate() is { } finding)
        {
            throw new ArgumentException($"The tenant's id {finding.Problem}.", nameof(tenant));
        }

        services.AddSingleton(new EmbeddedTenant(tenant, configure, configureAuthority));
        services.TryAddSingleton<EmbeddedTenants>();
        services.TryAddSingleton(provider => provider.GetRequiredService<EmbeddedTenants>().Build(provider));
        services.TryAddSingleton(provider =>
            provider
                .GetRequiredService<EmbeddedTenants>()
                .SetUp(provider.GetRequiredService<EmbeddedAuthority>())
                .ForTenant(tenant)
        );
        return services;
    }
}
