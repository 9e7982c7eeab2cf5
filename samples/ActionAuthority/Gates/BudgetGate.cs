using Cycles;
using Cycles.Authority;

namespace ActionAuthority;

/// <summary>
/// Holds the price of an action on the agent's five scopes and on the toolset that the action belongs to, before the
/// action runs. A tool without a toolset is free and never asks.
/// </summary>
internal sealed class BudgetGate : IGate, IAsyncDisposable
{
    private const string Tenant = "demo-tenant";
    private const string EmailToolset = "send-email";

    private static readonly Amount PerAction = Amount.UsdMicrocents(1_000_000);
    private static readonly Amount Budget = Amount.Usd(1.00m);

    private static readonly Subject Bot = new()
    {
        Tenant = Tenant,
        Workspace = "default",
        App = "default",
        Workflow = "default",
        Agent = "support-bot",
    };

    private static readonly string[] AgentScopes =
    [
        "tenant:demo-tenant",
        "tenant:demo-tenant/workspace:default",
        "tenant:demo-tenant/workspace:default/app:default",
        "tenant:demo-tenant/workspace:default/app:default/workflow:default",
        "tenant:demo-tenant/workspace:default/app:default/workflow:default/agent:support-bot",
    ];

    private static readonly Dictionary<string, string> ToolsetOf = new()
    {
        ["append_internal_note"] = "internal-notes",
        ["update_crm_status"] = "crm-updates",
        ["send_customer_email"] = EmailToolset,
    };

    private readonly EmbeddedAuthority _authority = new();
    private readonly CyclesClient _cycles;

    public BudgetGate()
    {
        var administration = _authority.Administer(Tenant);
        foreach (var scope in AgentScopes)
        {
            administration.Budget(scope, Budget);
        }

        foreach (var toolset in ToolsetOf.Values)
        {
            administration.Budget(ScopeOf(toolset), toolset == EmailToolset ? Amount.Usd(0) : Budget);
        }

        _cycles = new CyclesClient(_authority.ForTenant(Tenant), new() { Subject = Bot });
    }

    public string Protection { get; private set; } =
        $"{Money.Format(PerAction)} an action from five scopes and a toolset, and nothing for e-mail";

    /// <summary>What an operator does, while everything runs, to let e-mails go out.</summary>
    public void FundEmail()
    {
        _authority.Administer(Tenant).Credit(ScopeOf(EmailToolset), Budget);
        Protection = $"{Money.Format(PerAction)} an action from five scopes and a toolset, e-mail funded at run time";
    }

    public async Task<ToolOutcome> PassAsync(string tool, Func<string> run)
    {
        if (!ToolsetOf.TryGetValue(tool, out var toolset))
        {
            return new ToolOutcome(true, run());
        }

        var options = new ReserveOptions { Subject = new() { Toolset = toolset } };
        await using var attempt = await _cycles.TryReserveAsync(new("tool.call", tool), PerAction, options);
        if (attempt.Denial is { } denial)
        {
            return new ToolOutcome(false, $"{denial.ReasonCode} by toolset {toolset}");
        }

        var text = run();
        await attempt.Guard!.CommitAsync(PerAction);
        return new ToolOutcome(true, text);
    }

    public async Task<IReadOnlyList<Balance>> ReadLedgerAsync() => await _cycles.GetBalancesAsync().ToListAsync();

    public ValueTask DisposeAsync() => _cycles.DisposeAsync();

    private static string ScopeOf(string toolset) => $"{AgentScopes[^1]}/toolset:{toolset}";
}
