using System.Runtime.CompilerServices;
using Cycles;
using Cycles.Extensions.AI;
using Microsoft.SemanticKernel;

namespace SemanticKernelAgent;

/// <summary>What the agent can do. A price may stand beside a function, or be given where the kernel is governed.</summary>
internal sealed class CrmPlugin(TextWriter output)
{
    /// <summary>Looking is free, and asks nobody.</summary>
    [KernelFunction("find_order"), CyclesCost(0, AmountUnit.RiskPoints)]
    public string FindOrder(string order) => Ran("Crm.find_order", $"order {order} is open");

    [KernelFunction("update_status")]
    public string UpdateStatus(string order) => Ran("Crm.update_status", $"order {order} is urgent now");

    [KernelFunction("issue_credit"), CyclesCost(50, AmountUnit.RiskPoints, HasSideEffects = true)]
    public string IssueCredit(string order) => Ran("Crm.issue_credit", $"$25 credited for order {order}");

    /// <summary>Streams, and is settled when its reader stops.</summary>
    [KernelFunction("read_history"), CyclesCost(5, AmountUnit.RiskPoints)]
    public static async IAsyncEnumerable<string> ReadHistory(
        string order,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        foreach (var entry in new[] { "ordered", "paid", "packed", "sent" })
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return $"{order} {entry}";
        }
    }

    private string Ran(string function, string result)
    {
        output.WriteLine($"  {function}: {result}");
        return result;
    }
}
