using Microsoft.Extensions.Time.Testing;

namespace Cycles.Authority.Tests;

public sealed class EmbeddedBackend : ConformanceBackend
{
    private readonly FakeTimeProvider _clock = new();
    private readonly EmbeddedAuthority _authority;

    public EmbeddedBackend() =>
        _authority = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = _clock });

    public override string Tenant => "acme";

    public override ICyclesAuthority Authority => _authority.ForTenant(Tenant);

    private TenantAdministration Operator => _authority.Administer(Tenant);

    public override ICyclesAuthority OtherTenant() => _authority.ForTenant("umbrella");

    public override void Advance(TimeSpan time) => _clock.Advance(time);

    public override ValueTask SeedAsync(string scope, Amount allocated, Amount? overdraftLimit = null) =>
        Done(Operator.Budget(scope, allocated, overdraftLimit));

    public override ValueTask FundAsync(string scope, Amount amount) => Done(Operator.Credit(scope, amount));

    public override ValueTask FreezeAsync(string scope, AmountUnit unit) => Done(Operator.Freeze(scope, unit));

    public override ValueTask CloseBudgetAsync(string scope, AmountUnit unit) =>
        Done(Operator.CloseBudget(scope, unit));

    public override ValueTask SetOverdraftLimitAsync(string scope, Amount limit) =>
        Done(Operator.SetOverdraftLimit(scope, limit));

    public override ValueTask SetCapsAsync(string scope, AmountUnit unit, Caps caps, int? atPercent = null) =>
        Done(Operator.SetCaps(scope, unit, caps, atPercent));

    public override ValueTask CreateTenantAsync(
        TimeSpan? defaultTtl = null,
        TimeSpan? maxTtl = null,
        CommitOveragePolicy? policy = null,
        int? maxExtensions = null
    )
    {
        var defaults = new TenantSettings();
        return Done(
            Operator.CreateTenant(
                new TenantSettings
                {
                    DefaultTtl = defaultTtl ?? defaults.DefaultTtl,
                    MaxTtl = maxTtl ?? defaults.MaxTtl,
                    OveragePolicy = policy ?? defaults.OveragePolicy,
                    MaxExtensions = maxExtensions ?? defaults.MaxExtensions,
                }
            )
        );
    }

    public override ValueTask CloseTenantAsync()
    {
        Operator.CloseTenant();
        return ValueTask.CompletedTask;
    }

    private static ValueTask Done(object _) => ValueTask.CompletedTask;
}
