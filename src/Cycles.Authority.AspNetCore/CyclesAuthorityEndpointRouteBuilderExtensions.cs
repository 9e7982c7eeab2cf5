using Cycles.Authority;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves an embedded authority over HTTP.</summary>
public static class CyclesAuthorityEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the protocol's runtime plane under <c>/v1</c>, <c>/health</c> and, where an admin key is configured, the
    /// operator's side under <c>/admin</c>, onto the <see cref="EmbeddedAuthority"/> of the container.
    /// </summary>
    /// <inheritdoc cref="MapCyclesAuthority(IEndpointRouteBuilder, EmbeddedAuthority, Action{CyclesAuthorityEndpointOptions})"/>
    public static IEndpointConventionBuilder MapCyclesAuthority(
        this IEndpointRouteBuilder endpoints,
        Action<CyclesAuthorityEndpointOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.MapCyclesAuthority(
            endpoints.ServiceProvider.GetRequiredService<EmbeddedAuthority>(),
            configure
        );
    }

    /// <summary>
    /// Maps the protocol's runtime plane under <c>/v1</c>, <c>/health</c> and, where an admin key is configured, the
    /// operator's side under <c>/admin</c>.
    /// </summary>
    /// <remarks>
    /// Every answer, refusals and unknown paths included, carries <c>X-Request-Id</c> and <c>X-Cycles-Trace-Id</c>, and
    /// every refusal the protocol's error body. To serve it beside other pages map it into a group, such as
    /// <c>app.MapGroup("/cycles")</c>, or set <see cref="CyclesAuthorityEndpointOptions.AnswersUnknownPaths"/> to false.
    /// Kestrel refuses header values that are not UTF-8 before anything here sees them, and Node.js sends Latin-1: for
    /// idempotency keys beyond ASCII set <c>KestrelServerOptions.RequestHeaderEncodingSelector</c> to Latin-1, from which
    /// both are read.
    /// </remarks>
    /// <param name="endpoints">The application, or a group of it.</param>
    /// <param name="authority">Who answers.</param>
    /// <param name="configure">API keys, the admin key and limits. Read once.</param>
    /// <returns>All endpoints, to add conventions to.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static IEndpointConventionBuilder MapCyclesAuthority(
        this IEndpointRouteBuilder endpoints,
        EmbeddedAuthority authority,
        Action<CyclesAuthorityEndpointOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(authority);
        var options = new CyclesAuthorityEndpointOptions();
        configure?.Invoke(options);
        options.Validate();

        var logging = endpoints.ServiceProvider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var host = new AuthorityHost(authority, options, logging.CreateLogger("Cycles.Authority.Http"));
        var group = endpoints.MapGroup("");
        RuntimeRoutes.Map(group, host);
        if (options.AdminKey is not null)
        {
            AdminRoutes.Map(group, host);
        }

        FallbackRoutes.Map(group, host, options.AnswersUnknownPaths);
        return group;
    }
}
