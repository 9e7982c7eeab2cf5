namespace Cycles.Authority;

/// <summary>Why a rule says no: the code, and the scope that failed first with its ledger. The default value says yes.</summary>
internal readonly record struct Refusal(ErrorCode Code, int Scope, BudgetState State)
{
    public bool IsNone => Code == ErrorCode.Unknown;
}
