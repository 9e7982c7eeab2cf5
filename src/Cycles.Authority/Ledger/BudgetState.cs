namespace Cycles.Authority;

/// <summary>
/// A budget's ledger as a value: what the rules read and what they return. <see cref="Remaining"/> is derived, so the
/// ledger invariant holds by construction; <see cref="Checked"/> makes sure that it fits.
/// </summary>
internal readonly record struct BudgetState(
    long Allocated,
    long Reserved,
    long Spent,
    long Debt,
    long OverdraftLimit,
    bool IsOverLimit,
    BudgetStatus Status
)
{
    public long Remaining => Allocated - Spent - Reserved - Debt;

    /// <summary>What is really there to charge: a negative remainder is nothing.</summary>
    public long Available => Math.Max(Remaining, 0);

    /// <summary>This state, once its remainder is known to fit into 64 bits.</summary>
    /// <exception cref="OverflowException">It does not. All four parts are 0 or more, so no step can overflow and come back.</exception>
    public BudgetState Checked()
    {
        _ = checked(Allocated - Spent - Reserved - Debt);
        return this;
    }
}
