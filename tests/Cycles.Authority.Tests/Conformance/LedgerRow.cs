namespace Cycles.Authority.Tests;

/// <summary>A budget as a test states it, in tokens.</summary>
public sealed record LedgerRow(long Remaining, long Reserved, long Spent, long Debt = 0, bool IsOverLimit = false)
{
    public static LedgerRow Of(Balance balance) =>
        new(
            balance.Remaining.Value,
            balance.Reserved!.Value.Value,
            balance.Spent!.Value.Value,
            balance.Debt?.Value ?? 0,
            balance.IsOverLimit ?? false
        );
}
