namespace Cycles.Authority;

internal enum FundOperation
{
    Credit,
    Debit,
    Reset,
    ResetSpent,
    RepayDebt,
}
