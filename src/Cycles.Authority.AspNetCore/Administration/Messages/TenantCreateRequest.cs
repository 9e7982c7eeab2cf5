namespace Cycles.Authority;

/// <summary>Makes a tenant's record.</summary>
internal sealed record TenantCreateRequest
{
    public required string Tenant { get; init; }

    public long? DefaultTtlMs { get; init; }

    public long? MaxTtlMs { get; init; }

    public CommitOveragePolicy? OveragePolicy { get; init; }

    public int? MaxExtensions { get; init; }

    public ValidationFinding? Validate() =>
        CheckTtl("default_ttl_ms", DefaultTtlMs)
        ?? CheckTtl("max_ttl_ms", MaxTtlMs)
        ?? (MaxExtensions < 0 ? new ValidationFinding("max_extensions", "must be 0 or more") : null);

    public TenantSettings ToSettings()
    {
        var defaults = new TenantSettings();
        return new TenantSettings
        {
            DefaultTtl = DefaultTtlMs is { } ttl ? TimeSpan.FromMilliseconds(ttl) : defaults.DefaultTtl,
            MaxTtl = MaxTtlMs is { } most ? TimeSpan.FromMilliseconds(most) : defaults.MaxTtl,
            OveragePolicy = OveragePolicy ?? defaults.OveragePolicy,
            MaxExtensions = MaxExtensions ?? defaults.MaxExtensions,
        };
    }

    private static ValidationFinding? CheckTtl(string field, long? ttl) =>
        ttl is < 1_000 or > 86_400_000
            ? new ValidationFinding(field, $"must be from 1000 to 86400000 but was {ttl}")
            : null;
}
