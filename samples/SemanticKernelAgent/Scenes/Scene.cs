using System.Globalization;
using Cycles;
using Cycles.Authority;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;

namespace SemanticKernelAgent;

/// <summary>A governed kernel with a ledger of its own, and what is done with it.</summary>
internal sealed class Scene(TextWriter output)
{
    private const string Tenant = "demo";
    private const string Scope = "tenant:demo";

    public async Task PlayAsync(string title, long points, string[] plan, Func<Kernel, Task> act)
    {
        output.WriteLine($"{title}: $0.05 for the model, {points} risk points for functions");
        var authority = new EmbeddedAuthority();
        authority.Administer(Tenant).Budget(Scope, Amount.Usd(0.05m)).Budget(Scope, Amount.RiskPoints(points));
        await using var cycles = new CyclesClient(authority.ForTenant(Tenant));

        await act(Govern(cycles, plan));

        await foreach (var balance in cycles.GetBalancesAsync())
        {
            output.WriteLine(
                $"  ledger: {Format(balance.Spent!.Value)} spent, {Format(balance.Reserved!.Value)} reserved"
            );
        }
    }

    private Kernel Govern(CyclesClient cycles, string[] plan)
    {
        var builder = Kernel.CreateBuilder();
        builder.Plugins.AddFromObject(new CrmPlugin(output), "Crm");

        // The model below Semantic Kernel's own loop: each turn has a hold of its own.
        builder
            .Services.AddChatClient(new ScriptedModel(output, plan))
            .UseKernelFunctionInvocation()
            .UseCycles(
                cycles,
                o =>
                    o.Prices.Add(
                        ScriptedModel.Name,
                        ScriptedModel.InputUsdPerMillion,
                        ScriptedModel.OutputUsdPerMillion
                    )
            );
        builder.AddCycles(o => o.Tools["Crm.update_status"].Estimate = Amount.RiskPoints(10), cycles);
        return builder.Build();
    }

    private static string Format(Amount amount) =>
        amount.Unit == AmountUnit.UsdMicrocents
            ? string.Create(CultureInfo.InvariantCulture, $"${(decimal)amount.Value / Amount.MicrocentsPerUsd:0.0000}")
            : string.Create(CultureInfo.InvariantCulture, $"{amount.Value} points");
}
