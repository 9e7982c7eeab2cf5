using Cycles;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="CyclesClient"/>.</summary>
public static class CyclesClientServiceCollectionExtensions
{
    /// <summary>The HTTP client of the client without a name; options and service have no name then.</summary>
    private const string HttpClientName = "Cycles.Client";

    /// <summary>
    /// Registers a singleton <see cref="CyclesClient"/> that asks the registered <see cref="ICyclesAuthority"/>, or the
    /// server at <see cref="CyclesClientOptions.BaseUrl"/> where there is none.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Options are validated when the host starts, else at first use; having neither an authority nor an address is an
    /// error, and so is having both. A host makes the client when it starts, so that amounts in the journal are settled,
    /// and lets it settle for up to <see cref="CyclesClientOptions.DrainTimeout"/> when it stops. The container disposes it;
    /// <see cref="TimeProvider"/> and <see cref="ILoggerFactory"/> come from the container unless the options set them.
    /// </para>
    /// <para>
    /// Over HTTP one call is one request, whatever resilience the application gives all its HTTP clients: that is
    /// removed here, and what only reads is repeated up to twice. A handler that you add to the returned builder may
    /// repeat a request, but what changes anything goes out once: the repeat gets the first outcome again. A handler
    /// that sends a copy instead of the request that it got fails.
    /// </para>
    /// </remarks>
    /// <param name="services">Where to register.</param>
    /// <param name="configure">
    /// Sets options; <see cref="CyclesClientOptions.ReadEnvironment"/> reads them from environment variables.
    /// </param>
    /// <returns>The builder of the HTTP client that an HTTP connection uses.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IHttpClientBuilder AddCyclesClient(
        this IServiceCollection services,
        Action<CyclesClientOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        return Add(services, key: null, configure);
    }

    /// <summary>Registers a keyed singleton <see cref="CyclesClient"/>: the name is its service key and its options' name.</summary>
    /// <remarks>
    /// It asks the <see cref="ICyclesAuthority"/> that is registered with the same key, else the server at its own
    /// <see cref="CyclesClientOptions.BaseUrl"/>, else the authority without a key. Otherwise as without a name.
    /// </remarks>
    /// <param name="services">Where to register.</param>
    /// <param name="name">The name; not blank.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The builder of the client's own HTTP client, which is called <c>Cycles.Client.</c> and the name.</returns>
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
        return Add(services, name, configure);
    }

    /// <summary>Registers a singleton <see cref="CyclesClient"/> with options from a configuration.</summary>
    /// <remarks>
    /// Names are those of <see cref="CyclesClientOptions"/>, and <c>Subject:Tenant</c> to <c>Subject:Toolset</c> and
    /// <c>Subject:Dimensions</c>. Durations are written as <c>500ms</c>, <c>2s</c> or <c>00:00:02</c>. Otherwise as with
    /// a delegate.
    /// </remarks>
    /// <param name="services">Where to register.</param>
    /// <param name="configuration">The section, or a whole configuration with a section <c>Cycles</c>.</param>
    /// <param name="configure">Sets options after that, those that no text can hold for example.</param>
    /// <returns>The builder of the HTTP client that an HTTP connection uses.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="configuration"/> is null.
    /// </exception>
    public static IHttpClientBuilder AddCyclesClient(
        this IServiceCollection services,
        IConfiguration configuration,
        Action<CyclesClientOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        return Add(services, key: null, Read(configuration) + configure);
    }

    /// <summary>Registers a keyed singleton <see cref="CyclesClient"/> with options from a configuration.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="name">The name; not blank.</param>
    /// <param name="configuration">The section, or a whole configuration with a section <c>Cycles</c>.</param>
    /// <param name="configure">Sets options after that.</param>
    /// <returns>The builder of the client's own HTTP client, which is called <c>Cycles.Client.</c> and the name.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or blank.</exception>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="configuration"/> is null.
    /// </exception>
    public static IHttpClientBuilder AddCyclesClient(
        this IServiceCollection services,
        string name,
        IConfiguration configuration,
        Action<CyclesClientOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configuration);
        return Add(services, name, Read(configuration) + configure);
    }

    /// <summary>An application's own HTTP client may well be called as a key is, and is another one.</summary>
    private static string HttpClientOf(string? key) => key is null ? HttpClientName : $"{HttpClientName}.{key}";

    private static Action<CyclesClientOptions> Read(IConfiguration configuration) =>
        options => ConfigurationSettings.Read(options, configuration);

    private static IHttpClientBuilder Add(
        IServiceCollection services,
        string? key,
        Action<CyclesClientOptions>? configure
    )
    {
        var http = services.AddHttpClient(HttpClientOf(key));
        var optionsName = key ?? Options.Options.DefaultName;
        var options = services.AddOptions<CyclesClientOptions>(optionsName);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(CyclesClient) && Equals(service.ServiceKey, key)))
        {
            // Registered before: this call only adds to its options.
            return http;
        }

        AddValidation(services, options, key);
        AddHandlers(http, optionsName);
        if (key is null)
        {
            services.AddSingleton(provider => Create(provider, key: null));
            services.AddSingleton<IHostedService>(provider => new CyclesClientHost(
                provider.GetRequiredService<CyclesClient>
            ));
        }
        else
        {
            services.AddKeyedSingleton(key, (provider, _) => Create(provider, key));
            services.AddSingleton<IHostedService>(provider => new CyclesClientHost(() =>
                provider.GetRequiredKeyedService<CyclesClient>(key)
            ));
        }

        return http;
    }

    private static void AddValidation(
        IServiceCollection services,
        OptionsBuilder<CyclesClientOptions> options,
        string? key
    )
    {
        options.PostConfigure<IServiceProvider>(
            static (settings, provider) =>
            {
                settings.TimeProvider ??= provider.GetService<TimeProvider>();
                settings.LoggerFactory ??= provider.GetService<ILoggerFactory>();
            }
        );
        services.AddSingleton<IValidateOptions<CyclesClientOptions>>(provider => new CyclesClientOptionsValidator(
            options.Name,
            key,
            provider
        ));
        options.ValidateOnStart();
    }

    private static void AddHandlers(IHttpClientBuilder http, string optionsName)
    {
        http.UseSocketsHttpHandler((handler, provider) => HttpHandlers.Configure(handler, Read(provider, optionsName)))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan) // The connections are renewed below it.
            .RedactLoggedHeaders(static _ => true);
#pragma warning disable EXTEXP0001 // What an application gives all its clients has timeouts and breakers that no charge should meet.
        http.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001

        // Below all handlers that the application has added or will add, on this builder or for all its clients.
        http.Services.PostConfigure<HttpClientFactoryOptions>(
            http.Name,
            static factory =>
                factory.HttpMessageHandlerBuilderActions.Add(static builder =>
                    builder.PrimaryHandler = HttpHandlers.RepeatReads(new OncePerAttempt(builder.PrimaryHandler))
                )
        );
    }

    private static CyclesClient Create(IServiceProvider provider, string? key)
    {
        // Reading the options validates them, and that there is exactly one authority.
        var options = Read(provider, key ?? Options.Options.DefaultName).Copy();
        return CyclesClient.Over(
            new ClientCore(
                RegisteredAuthority.Find(provider, key, options) ?? OverHttp(provider, HttpClientOf(key), options),
                options
            )
        );
    }

    private static HttpCyclesAuthority OverHttp(IServiceProvider provider, string httpName, CyclesClientOptions options)
    {
        var factory = provider.GetRequiredService<IHttpClientFactory>();
        return new HttpCyclesAuthority(
            () =>
            {
                // An attempt has one deadline, and this would be another.
                var http = factory.CreateClient(httpName);
                http.Timeout = Timeout.InfiniteTimeSpan;
                return http;
            },
            options
        );
    }

    private static CyclesClientOptions Read(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<CyclesClientOptions>>().Get(name);
}
