namespace Cycles.Authority;

/// <summary>A new API key; the only time that its text is told.</summary>
public sealed class CyclesApiKey
{
    internal CyclesApiKey(string keyId, string tenant, string key)
    {
        KeyId = keyId;
        Tenant = tenant;
        Key = key;
    }

    /// <summary>What the key is called where it is revoked or logged.</summary>
    public string KeyId { get; }

    /// <summary>The tenant that it acts for, in lower case.</summary>
    public string Tenant { get; }

    /// <summary>What a client sends as <c>X-Cycles-API-Key</c>.</summary>
    public string Key { get; }

    /// <summary>The key's id and tenant, and not the key.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => $"{KeyId} of tenant '{Tenant}'";
}
