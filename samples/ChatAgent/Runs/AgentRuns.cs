using Cycles;
using Cycles.Authority;
using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;

namespace ChatAgent;

/// <summary>The same agent six times. Only the pipeline around the model differs, and the run around the agent.</summary>
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
        await using var cycles = NewClient(dollars: 0.20m, points: 100);
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

    /// <summary>When the budget says no, the run still answers, on what it kept aside.</summary>
    public static async Task<AgentRun> KeptAsync()
    {
        await using var cycles = NewClient(dollars: 0.03m);
        var log = new RunLog();
        await using var run = cycles.BeginRun("complaint", o => o.KeepForFinalAnswer = Amount.Usd(0.012m));
        var result = await RunAsync(
            "Kept",
            "$0.03 for the model, $0.012 of it for a last answer",
            log,
            Guard(log, cycles),
            cycles
        );
        run.ThrowIfDenied();
        var summary = run.Summary;
        var end = summary.UsedKeptReserve ? "answered on what it kept" : "never needed what it kept";
        return result with { Notes = [$"{summary.Steps} steps, {summary.Denials} denied, {end}"] };
    }

    public static async Task<AgentRun> FallbackAsync()
    {
        await using var cycles = NewClient(dollars: 0.02m);
        var log = new RunLog();
        await using var run = cycles.BeginRun("complaint", o => o.MaxSteps = 6);
        var app = Guard(log, cycles, o => o.Fallbacks.Add(new FallbackModel(ScriptedModel.Small)));
        var result = await RunAsync(
            "Fallback",
            "$0.02 for the model, else a smaller one, and six steps",
            log,
            app,
            cycles
        );
        return result with
        {
            Notes =
            [
                .. run.Summary.Models.Select(model =>
                    $"{model.Name}: {model.Calls} calls, {model.Denials} denied, {Sentence.Format(model.Spend)}"
                ),
            ],
        };
    }

    /// <summary>The budgets of the guarded run, and nothing is stopped by them.</summary>
    public static async Task<AgentRun> ShadowAsync()
    {
        using var lines = new StringWriter();
        var report = new ShadowReport(lines);
        await using var cycles = NewClient(dollars: 0.20m, points: 100, report);
        var log = new RunLog();
        var result = await RunAsync(
            "Shadow",
            "the guarded run's budgets, evaluated only",
            log,
            Guard(log, cycles),
            cycles
        );
        return result with
        {
            Notes =
            [
                $"{report.Evaluated} calls evaluated, {report.Refused} would have been refused",
                $"would have saved {string.Join(" and ", report.Saved.Select(saved => Sentence.Format(saved)))}",
                $"first in the report: {Sentence.Refusal(lines.ToString())}",
            ],
        };
    }

    private static CyclesClient NewClient(decimal dollars, long points = 1_000, ShadowReport? shadow = null)
    {
        var authority = new EmbeddedAuthority();
        authority.Administer(Tenant).Budget(Scope, Amount.Usd(dollars)).Budget(Scope, Amount.RiskPoints(points));
        return new CyclesClient(authority.ForTenant(Tenant), new CyclesClientOptions { Shadow = shadow });
    }

    /// <summary>Tools outside the loop, the model inside it: a hold for each tool call and for each turn.</summary>
    private static IChatClient Guard(RunLog log, CyclesClient cycles, Action<CyclesChatOptions>? configure = null) =>
        new ScriptedModel(log)
            .AsBuilder()
            .UseCyclesTools(cycles, o => o.OnDenied = log.AddDenial)
            .UseFunctionInvocation()
            .UseCycles(
                cycles,
                o =>
                {
                    foreach (var (model, (input, output)) in ScriptedModel.Prices)
                    {
                        o.Prices.Add(model, input, output);
                    }

                    configure?.Invoke(o);
                }
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
            return new AgentRun(name, protection, log, response.Messages[^1].Text, ledger, []);
        }
    }
}
