using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cycles.Authority;

/// <summary>The tenants that were registered, set up once on the container's authority, whoever made it.</summary>
internal sealed class EmbeddedTenants(IEnumerable<EmbeddedTenant> tenants)
{
    private readonly object _gate = new();
    private bool _done;

    public EmbeddedAuthority SetUp(EmbeddedAuthority authority)
    {
        lock (_gate)
        {
            if (_done)
            {
                return authority;
            }

            foreach (var tenant in tenants)
            {
                tenant.Configure?.Invoke(authority.Administer(tenant.Id));
            }

            _done = true;
            return authority;
        }
    }

    public EmbeddedAuthority Build(IServiceProvider provider)
    {
        var options = new EmbeddedAuthorityOptions
        {
            TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System,
            LoggerFactory = provider.GetService<ILoggerFactory>(),
        };
        foreach (var tenant in tenants)
        {
            tenant.Options?.Invoke(options);
        }

        return SetUp(new EmbeddedAuthority(options));
    }
}
