using Cycles;
using Cycles.Authority;
using Microsoft.Extensions.AI;

namespace ChatAgent;

/// <summary>The same agent three times. Only the pipeline around the model differs.</summary>
internal static class AgentRuns
{
    private const string Tenant = "demo";
    private const string Scope = "tenant:demo";

    public static Task<AgentRun> UnguardedAsync()
    {
        var log = new RunLog();
        var app = new ScriptedModel(log).AsBuilder().UseFunctionInvocation().Build();
        return RunAsync("Unguarded", "nothing but the loop's own limit of 40 rounds", log, app, cycles: null);
    }

    public static async Task<AgentRun> GuardedAsync()
    {
        var authority = new EmbeddedAuthority();
        authority.Administer(Tenant).Budget(Scope, Amount.Usd(0.20m)).Budget(Scope, Amount.RiskPoints(100));
        await using var cycles = new CyclesClient(authority.ForTenant(Tenant));
        var log = new RunLog();
        return await RunAsync(
            "Guarded",
            "$0.20 for the model, 100 risk points for the tools",
            log,
            Guard(log, cycles),
            cycles
        );
    }

    public static async Task<AgentRun> CappedAsync()
    {
        var caps = new Caps { MaxTokens = 100, ToolDenylist = ["send_email", "issue_credit"] };
        var authority = new EmbeddedAuthority();
        authority
            .Administer(Tenant)
            .Budget(Scope, Amount.Usd(0.04m), caps: caps, capsAtPercent: 60)
            .Budget(Scope, Amount.RiskPoints(1_000));
        await using var cycles = new CyclesClient(authority.ForTenant(Tenant));
        var log = new RunLog();
        return await RunAsync(
            "Capped",
            "$0.04 for the model; from 60 % on short answers, and looking only",
            log,
            Guard(log, cycles),
            cycles
        );
    }

    /// <summary>Tools outside the loop, the model inside it: a hold for each tool call and for each turn.</summary>
    private static IChatClient Guard(RunLog log, CyclesClient cycles) =>
        new ScriptedModel(log)
            .AsBuilder()
            .UseCyclesTools(cycles, o => o.OnDenied = log.AddDenial)
            .UseFunctionInvocation()
            .UseCycles(
                cycles,
                o =>
                    o.Prices.Add(
                        ScriptedModel.Name,
                        ScriptedModel.InputUsdPerMillion,
                        ScriptedModel.OutputUsdPerMillion
                    )
            )
            .Build();

    private static async Task<AgentRun> RunAsync(
        string name,
        string protection,
        RunLog log,
        IChatClient app,
        CyclesClient? cycles
    )
    {
        using (app)
        {
            var options = new ChatOptions { Tools = new CaseTools(log).All(), MaxOutputTokens = 300 };
            var response = await app.GetResponseAsync("Where is my order 4711? I am furious.", options);
            var ledger = cycles is null ? [] : await cycles.GetBalancesAsync().ToListAsync();
            return new AgentRun(name, protection, log, response.Messages[^1].Text, ledger);
        }
    }
}
