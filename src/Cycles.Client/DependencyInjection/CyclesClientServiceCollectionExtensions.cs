using Cycles;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="CyclesClient"/>.</summary>
public static class CyclesClientServiceCollectionExtensions
{
    /// <summary>The HTTP client of the client without a name; options and service have no name then.</summary>
    private const string UnnamedHttpClient = "Cycles.Client";

    /// <summary>Registers a singleton <see cref="CyclesClient"/> that asks the registered <see cref="ICyclesAuthority"/>.</summary>
    /// <remarks>
    /// Options are validated when the host starts, else at first use. Without a registered authority that fails. The
    /// container disposes the client, which drains it; <see cref="TimeProvider"/> and <see cref="ILoggerFactory"/> come
    /// from the container unless the options set them.
    /// </remarks>
    /// <param name="services">Where to register.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The builder of the HTTP client that an HTTP connection uses.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IHttpClientBuilder AddCyclesClient(
        this IServiceCollection services,
        Action<CyclesClientOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        AddOptions(services, Options.Options.DefaultName, key: null, configure);
        services.TryAddSingleton(provider => Create(provider, Options.Options.DefaultName, key: null));
        return services.AddHttpClient(UnnamedHttpClient);
    }

    /// <summary>Registers a keyed singleton <see cref="CyclesClient"/>: the name is its service key and its options' name.</summary>
    /// <remarks>
    /// It asks the <see cref="ICyclesAuthority"/> that is registered with the same key, else the one without a key.
    /// Otherwise as without a name.
    /// </remarks>
    /// <param name="services">Where to register.</param>
    /// <param name="name">The name; not blank.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The builder of the HTTP client of the same name.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or blank.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IHttpClientBuilder AddCyclesClient(
        this IServiceCollection services,
        string name,
        Action<CyclesClientOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        AddOptions(services, name, name, configure);
        services.TryAddKeyedSingleton(name, (provider, _) => Create(provider, name, name));
        return services.AddHttpClient(name);
    }

    private static void AddOptions(
        IServiceCollection services,
        string name,
        string? key,
        Action<CyclesClientOptions>? configure
    )
    {
        var options = services.AddOptions<CyclesClientOptions>(name);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(CyclesClient) && Equals(service.ServiceKey, key)))
        {
            // Registered before: this call only adds to its options.
            return;
        }

        options.PostConfigure<IServiceProvider>(
            static (settings, provider) =>
            {
                settings.TimeProvider ??= provider.GetService<TimeProvider>();
                settings.LoggerFactory ??= provider.GetService<ILoggerFactory>();
            }
        );
        services.AddSingleton<IValidateOptions<CyclesClientOptions>>(provider => new CyclesClientOptionsValidator(
            name,
            key,
            provider
        ));
        options.ValidateOnStart();
    }

    private static CyclesClient Create(IServiceProvider provider, string name, string? key)
    {
        // Reading the options validates them, and that there is an authority.
        var options = provider.GetRequiredService<IOptionsMonitor<CyclesClientOptions>>().Get(name);
        return new CyclesClient(RegisteredAuthority.Find(provider, key)!, options);
    }
}
