namespace ActionAuthority;

/// <summary>What the tools really do. The outbox is the world outside: what is in it cannot be taken back.</summary>
internal sealed class CaseTools
{
    private readonly List<string> _notes = [];
    private readonly List<string> _outbox = [];

    public string CrmStatus { get; private set; } = "open";

    public int EmailsSent => _outbox.Count;

    public string Run(string tool, string argument)
    {
        switch (tool)
        {
            case "read_case":
                return $"where is my refund? (case {argument})";
            case "append_internal_note":
                _notes.Add(argument);
                return $"note {_notes.Count} added";
            case "update_crm_status":
                CrmStatus = argument;
                return $"status is '{argument}'";
            case "send_customer_email":
                _outbox.Add(argument);
                return "the e-mail is out";
            default:
                throw new ArgumentOutOfRangeException(nameof(tool), tool, "There is no such tool.");
        }
    }
}
