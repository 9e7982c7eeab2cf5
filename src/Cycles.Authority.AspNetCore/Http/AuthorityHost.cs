using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Cycles.Authority;

/// <summary>What all endpoints share: the ledger, the keys, the limits and the log.</summary>
internal sealed class AuthorityHost(EmbeddedAuthority authority, CyclesAuthorityEndpointOptions options, ILogger logger)
{
    private readonly KeyDigest? _adminKey = options.AdminKey is { } key ? KeyDigest.Of(key) : null;

    public EmbeddedAuthority Authority { get; } = authority;

    public CyclesApiKeys ApiKeys { get; } = options.ApiKeys;

    public int MaxRequestBodyBytes { get; } = options.MaxRequestBodyBytes;

    public int MaxRequestHeadersLength { get; } = options.MaxRequestHeadersLength;

    public ILogger Logger { get; } = logger;

    /// <summary>Finds who the request acts for, or the 401.</summary>
    public bool TryAuthenticate(
        Exchange exchange,
        [NotNullWhen(true)] out ICyclesAuthority? seam,
        [NotNullWhen(false)] out CyclesError? stranger
    )
    {
        seam = null;
        stranger = null;
        if (exchange.Header(WireHeaders.ApiKey) is not { } key)
        {
            stranger = HostErrors.MissingKey(WireHeaders.ApiKey);
            return false;
        }

        if (!ApiKeys.TryFind(key, out var entry))
        {
            stranger = HostErrors.UnknownKey(WireHeaders.ApiKey);
            return false;
        }

        seam = Authority.ForTenant(entry.Tenant);
        exchange.ActFor(entry.Tenant);
        return true;
    }

    /// <summary>The 401 where the operator's key is missing or wrong.</summary>
    public CyclesError? AuthenticateOperator(Exchange exchange)
    {
        var key = exchange.Header(WireHeaders.AdminKey);
        if (key is null)
        {
            return HostErrors.MissingKey(WireHeaders.AdminKey);
        }

        return _adminKey is { } known && known.Equals(KeyDigest.Of(key))
            ? null
            : HostErrors.UnknownKey(WireHeaders.AdminKey);
    }

    /// <summary>
    /// Whether an operator asks where a tenant may ask too. A tenant's own key goes first: who sends both gets no more
    /// than the tenant may.
    /// </summary>
    public static bool IsOperator(Exchange exchange) =>
        exchange.Header(WireHeaders.ApiKey) is null && exchange.Header(WireHeaders.AdminKey) is not null;
}
