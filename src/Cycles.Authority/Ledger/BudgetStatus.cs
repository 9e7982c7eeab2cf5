namespace Cycles.Authority;

internal enum BudgetStatus
{
    Active,
    Frozen,
    Closed,
}
