namespace Cycles.Authority.Tests;

/// <summary>
/// An authority under test and what the seam itself cannot do to it. What a backend does not override it cannot do, and
/// the tests that need it are skipped with that reason.
/// </summary>
public abstract class ConformanceBackend : IAsyncDisposable
{
    /// <summary>The tenant that <see cref="Authority"/> acts for, in lower case.</summary>
    public abstract string Tenant { get; }

    /// <summary>The seam of <see cref="Tenant"/>.</summary>
    public abstract ICyclesAuthority Authority { get; }

    /// <summary>Whether errors are worded, and detailed, by this product.</summary>
    public virtual bool HasOwnErrors => true;

    /// <summary>Creates a budget of <see cref="Tenant"/>.</summary>
    public abstract ValueTask SeedAsync(string scope, Amount allocated, Amount? overdraftLimit = null);

    /// <summary>The seam of another tenant of the same authority.</summary>
    public virtual ICyclesAuthority OtherTenant() => Cannot<ICyclesAuthority>("act for a second tenant");

    public virtual void Advance(TimeSpan time) => Cannot("move the clock");

    public virtual ValueTask FundAsync(string scope, Amount amount) => CannotAsync("fund a budget");

    public virtual ValueTask FreezeAsync(string scope, AmountUnit unit) => CannotAsync("freeze a budget");

    public virtual ValueTask CloseBudgetAsync(string scope, AmountUnit unit) => CannotAsync("close a budget");

    public virtual ValueTask SetOverdraftLimitAsync(string scope, Amount limit) =>
        CannotAsync("set an overdraft limit");

    public virtual ValueTask SetCapsAsync(string scope, AmountUnit unit, Caps caps, int? atPercent = null) =>
        CannotAsync("set caps");

    public virtual ValueTask CreateTenantAsync(
        TimeSpan? defaultTtl = null,
        TimeSpan? maxTtl = null,
        CommitOveragePolicy? policy = null,
        int? maxExtensions = null
    ) => CannotAsync("set a tenant's defaults");

    public virtual ValueTask CloseTenantAsync() => CannotAsync("close a tenant");

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private static void Cannot(string what) => Assert.Ignore($"This backend cannot {what}.");

    private static T Cannot<T>(string what)
    {
        Cannot(what);
        return default!;
    }

    private static ValueTask CannotAsync(string what)
    {
        Cannot(what);
        return ValueTask.CompletedTask;
    }
}
