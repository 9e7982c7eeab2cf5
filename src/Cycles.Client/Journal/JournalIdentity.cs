using System.Security.Cryptography;
using System.Text;

namespace Cycles;

/// <summary>
/// For whom a journal is: one server, and one tenant or else one API key. Clients of the same identity, in any language,
/// share a folder and settle what another one left behind; others never see it.
/// </summary>
public sealed class JournalIdentity
{
    private const int Rounds = 30_000;
    private readonly Lazy<string> _name;

    private JournalIdentity(string baseUrl, string? tenant, string principal)
    {
        BaseUrl = baseUrl;
        Tenant = tenant;
        _name = new Lazy<string>(() => Derive(baseUrl, principal));
    }

    /// <summary>The server's address, as the client was given it; empty for an authority that has none.</summary>
    public string BaseUrl { get; }

    /// <summary>The tenant; null when the API key alone says whose the spend is.</summary>
    public string? Tenant { get; }

    /// <summary>
    /// The name of its folder: 16 hexadecimal digits, from which neither tenant nor key can be had. With a tenant it
    /// stays the same when the key rotates; without one a new key has a new folder.
    /// </summary>
    public string Name => _name.Value;

    /// <summary>The identity of a tenant of a server.</summary>
    /// <param name="baseUrl">The server's address, to the letter.</param>
    /// <param name="tenant">The tenant, to the letter; not blank.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> is null or blank.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="baseUrl"/> is null.</exception>
    public static JournalIdentity OfTenant(string baseUrl, string tenant)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        ArgumentException.ThrowIfNullOrWhiteSpace(tenant);
        return new JournalIdentity(baseUrl, tenant, $"tenant\n{tenant}");
    }

    /// <summary>The identity of an API key whose tenant only the server knows.</summary>
    /// <param name="baseUrl">The server's address, to the letter.</param>
    /// <param name="apiKey">The key; it is neither kept on disk nor shown.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static JournalIdentity OfKey(string baseUrl, string apiKey)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        ArgumentNullException.ThrowIfNull(apiKey);
        return new JournalIdentity(baseUrl, tenant: null, $"key\n{apiKey}");
    }

    /// <summary>Says for which server and tenant, and never with which key.</summary>
    /// <returns>Address and tenant.</returns>
    public override string ToString() => Tenant is null ? BaseUrl : $"{BaseUrl} {Tenant}";

    /// <summary>A name that is slow to guess from, because a key may be weak; the numbers are those of every SDK.</summary>
    private static string Derive(string baseUrl, string principal) =>
        Convert
            .ToHexString(
                Rfc2898DeriveBytes.Pbkdf2(
                    Encoding.UTF8.GetBytes(principal),
                    Encoding.UTF8.GetBytes($"runcycles-commit-journal\n{baseUrl}"),
                    Rounds,
                    HashAlgorithmName.SHA256,
                    outputLength: 32
                ),
                0,
                8
            )
            .ToLowerInvariant();
}
