using Cycles;
using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;

namespace ChatAgent;

/// <summary>What the agent can do. What it costs stands beside it, and does nothing until somebody guards the tools.</summary>
internal sealed class CaseTools(RunLog log)
{
    public IList<AITool> All() =>
        [
            AIFunctionFactory.Create(FindOrder, "find_order"),
            AIFunctionFactory.Create(SendEmail, "send_email"),
            AIFunctionFactory.Create(IssueCredit, "issue_credit"),
        ];

    /// <summary>Looking is free, and asks nobody.</summary>
    [CyclesCost(0, AmountUnit.RiskPoints)]
    private string FindOrder(string order)
    {
        log.AddRun("find_order");
        return $"order {order} is open";
    }

    [CyclesCost(20, AmountUnit.RiskPoints, Kind = "message.email", HasSideEffects = true)]
    private string SendEmail(string order)
    {
        log.AddRun("send_email");
        return $"told the customer about order {order}";
    }

    [CyclesCost(50, AmountUnit.RiskPoints, Kind = "payment.credit", HasSideEffects = true)]
    private string IssueCredit(string order)
    {
        log.AddRun("issue_credit");
        return $"$25 credited for order {order}";
    }
}
