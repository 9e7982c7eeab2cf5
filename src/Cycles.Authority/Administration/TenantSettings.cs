namespace Cycles.Authority;

/// <summary>A tenant's defaults and limits. Immutable.</summary>
public sealed record TenantSettings
{
    /// <summary>How long a hold lives when the request does not say; 1 second to 24 hours, default 60 seconds.</summary>
    public TimeSpan DefaultTtl { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest that a hold may live before it is extended; 1 second to 24 hours, default 1 hour.</summary>
    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// What a commit above its estimate does when the request does not say; default
    /// <see cref="CommitOveragePolicy.AllowIfAvailable"/>.
    /// </summary>
    public CommitOveragePolicy OveragePolicy { get; init; } = CommitOveragePolicy.AllowIfAvailable;

    /// <summary>How often a reservation may be extended; 0 or more, default 10.</summary>
    public int MaxExtensions { get; init; } = 10;

    internal static TenantSettings Default { get; } = new();

    internal long DefaultTtlMs => (long)DefaultTtl.TotalMilliseconds;

    internal long MaxTtlMs => (long)MaxTtl.TotalMilliseconds;

    internal ValidationFinding? Validate()
    {
        if (!IsTtl(DefaultTtl))
        {
            return new ValidationFinding(nameof(DefaultTtl), $"must be from 1 second to 24 hours but was {DefaultTtl}");
        }

        if (!IsTtl(MaxTtl))
        {
            return new ValidationFinding(nameof(MaxTtl), $"must be from 1 second to 24 hours but was {MaxTtl}");
        }

        if (!Enum.IsDefined(OveragePolicy))
        {
            return new ValidationFinding(
                nameof(OveragePolicy),
                $"must be one of the three policies but was {OveragePolicy}"
            );
        }

        return MaxExtensions < 0
            ? new ValidationFinding(nameof(MaxExtensions), $"must be 0 or more but was {MaxExtensions}")
            : null;
    }

    private static bool IsTtl(TimeSpan ttl) => ttl >= TimeSpan.FromSeconds(1) && ttl <= TimeSpan.FromHours(24);
}
