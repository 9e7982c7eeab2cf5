using Cycles;
using Cycles.Authority;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers an authority that lives in this process.</summary>
public static class EmbeddedCyclesServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="EmbeddedAuthority"/> for the container, and the seam of a tenant as
    /// <see cref="ICyclesAuthority"/>. Called again it adds a tenant to the same authority; the seam stays the first
    /// one's. Clock and log come from the container where it has them.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="tenant">The tenant's id: 1 to 128 characters of <c>A-Z a-z 0-9 _ . -</c>.</param>
    /// <param name="configure">Creates its budgets, once, when the authority is first used.</param>
    /// <returns>The container.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> is not a tenant's id.</exception>
    public static IServiceCollection AddEmbeddedCycles(
        this IServiceCollection services,
        string tenant,
        Action<TenantAdministration>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(tenant);
        if (new Subject { Tenant = tenant }.Validate() is { } finding)
        {
            throw new ArgumentException($"The tenant's id {finding.Problem}.", nameof(tenant));
        }

        services.AddSingleton(new EmbeddedTenant(tenant, configure));
        services.TryAddSingleton(Build);
        services.TryAddSingleton(provider => provider.GetRequiredService<EmbeddedAuthority>().ForTenant(tenant));
        return services;
    }

    private static EmbeddedAuthority Build(IServiceProvider provider)
    {
        var authority = new EmbeddedAuthority(
            new EmbeddedAuthorityOptions
            {
                TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System,
                LoggerFactory = provider.GetService<ILoggerFactory>(),
            }
        );
        foreach (var tenant in provider.GetServices<EmbeddedTenant>())
        {
            tenant.Configure?.Invoke(authority.Administer(tenant.Id));
        }

        return authority;
    }

    /// <summary>A tenant to set up when the authority is built.</summary>
    private sealed record EmbeddedTenant(string Id, Action<TenantAdministration>? Configure);
}
