namespace ActionAuthority;

/// <summary>
/// Works on a support case. It knows its four tools and nothing of budgets: a tool that may not run answers with the
/// reason, as any failing tool would, and the agent goes on.
/// </summary>
internal sealed class CaseAgent(ToolCall tools)
{
    public async Task HandleAsync(string caseId)
    {
        var problem = await tools("read_case", caseId);
        await tools("append_internal_note", $"Customer asks: {problem}");
        await tools("update_crm_status", "refund in progress");
        await tools("send_customer_email", "Your refund is on its way.");
    }
}
