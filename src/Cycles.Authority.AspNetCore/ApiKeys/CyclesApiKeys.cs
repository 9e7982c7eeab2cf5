using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Cycles.Authority;

/// <summary>
/// Which API key acts for which tenant. Kept in memory, as SHA-256 hashes: a key that is lost cannot be told again.
/// Safe for concurrent use.
/// </summary>
public sealed class CyclesApiKeys
{
    private readonly ConcurrentDictionary<KeyDigest, ApiKeyEntry> _byDigest = new();
    private readonly ConcurrentDictionary<string, KeyDigest> _byId = new(StringComparer.Ordinal);

    /// <summary>How many keys are valid.</summary>
    public int Count => _byDigest.Count;

    /// <summary>Makes a key known that was made elsewhere.</summary>
    /// <param name="key">The key, 1 to 256 visible ASCII characters without blanks.</param>
    /// <param name="tenant">The tenant that it acts for: 1 to 128 characters of <c>A-Z a-z 0-9 _ . -</c>.</param>
    /// <returns>What the key is called where it is revoked.</returns>
    /// <exception cref="ArgumentException">The key or the tenant's id is malformed, or the key is known already.</exception>
    public string Add(string key, string tenant)
    {
        KeyDigest.RequireKey(key, nameof(key));
        var entry = new ApiKeyEntry($"key_{Random(8)}", TenantOf(tenant));
        var digest = KeyDigest.Of(key);
        if (!_byDigest.TryAdd(digest, entry))
        {
            throw new ArgumentException("This key is known already. Revoke it first, or use another.", nameof(key));
        }

        _byId[entry.KeyId] = digest;
        return entry.KeyId;
    }

    /// <summary>Makes a new key of 256 random bits.</summary>
    /// <param name="tenant">The tenant that it acts for: 1 to 128 characters of <c>A-Z a-z 0-9 _ . -</c>.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> is not a tenant's id.</exception>
    public CyclesApiKey Create(string tenant)
    {
        var key = $"cyc_{Random(32)}";
        return new CyclesApiKey(Add(key, tenant), TenantOf(tenant), key);
    }

    /// <summary>Ends a key at once. What it did stays done.</summary>
    /// <param name="keyId">What <see cref="Add"/> or <see cref="Create"/> called it.</param>
    /// <returns>Whether there was such a key.</returns>
    public bool Revoke(string keyId)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        return _byId.TryRemove(keyId, out var digest) && _byDigest.TryRemove(digest, out _);
    }

    internal bool TryFind(string key, [NotNullWhen(true)] out ApiKeyEntry? entry) =>
        _byDigest.TryGetValue(KeyDigest.Of(key), out entry);

    /// <summary>Revokes a key if it is one of this tenant's.</summary>
    internal bool Revoke(string keyId, string tenant) =>
        _byId.TryGetValue(keyId, out var digest)
        && _byDigest.TryGetValue(digest, out var entry)
        && entry.Tenant == tenant
        && Revoke(keyId);

    private static string TenantOf(string tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return new Subject { Tenant = tenant }.Validate() is { } finding
            ? throw new ArgumentException($"The tenant's id {finding.Problem}.", nameof(tenant))
            : tenant.ToLowerInvariant();
    }

    private static string Random(int bytes) =>
        Convert.ToHexString(RandomNumberGenerator.GetBytes(bytes)).ToLowerInvariant();
}
