using Cycles;
using Cycles.Authority;

namespace RunawayAgent;

/// <summary>Every call holds its price first, on five scopes at once, and commits it afterwards.</summary>
internal sealed class GuardedRun : AgentRun, IAsyncDisposable
{
    private const string Tenant = "demo-tenant";

    private static readonly Subject Bot = new()
    {
        Tenant = Tenant,
        Workspace = "default",
        App = "default",
        Workflow = "default",
        Agent = "support-bot",
    };

    private readonly CyclesClient _cycles;

    public GuardedRun(SampleOptions options, Pace pace)
        : base(options, pace)
    {
        var authority = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = pace.Clock });
        authority
            .Administer(Tenant)
            .Budget("tenant:demo-tenant", Money.Budget)
            .Budget("tenant:demo-tenant/workspace:default", Money.Budget)
            .Budget("tenant:demo-tenant/workspace:default/app:default", Money.Budget)
            .Budget("tenant:demo-tenant/workspace:default/app:default/workflow:default", Money.Budget)
            .Budget(
                "tenant:demo-tenant/workspace:default/app:default/workflow:default/agent:support-bot",
                Money.Budget
            );
        _cycles = new CyclesClient(authority.ForTenant(Tenant), new() { Subject = Bot, TimeProvider = pace.Clock });
    }

    public override string Name => "Guarded";

    public override string Protection => $"{Money.Format(Money.Budget)} on each of five scopes";

    public override Amount? Budget => Money.Budget;

    public ValueTask DisposeAsync() => _cycles.DisposeAsync();

    protected override async Task<string> GuardAsync(AgentStep step, Func<Task<string>> call)
    {
        await using var guard = await _cycles.ReserveAsync(new("llm.completion", "support-model"), Money.PerCall);
        var reply = await call();
        await guard.CommitAsync(Money.PerCall);
        return reply;
    }

    protected override async Task<IReadOnlyList<Balance>> ReadLedgerAsync() =>
        await _cycles.GetBalancesAsync().OrderBy(balance => balance.ScopePath, StringComparer.Ordinal).ToListAsync();
}
