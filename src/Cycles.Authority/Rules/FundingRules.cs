using System.Globalization;

namespace Cycles.Authority;

/// <summary>What an operator does to one budget. Every fund operation clears or sets the over-limit flag afresh.</summary>
internal static class FundingRules
{
    /// <summary>The budget afterwards, or why not; frozen and closed budgets refuse everything.</summary>
    public static Refusal Apply(in BudgetState budget, in FundingRequest request, out BudgetState funded)
    {
        funded = budget;
        var refusal = CheckStatus(budget);
        if (!refusal.IsNone)
        {
            return refusal;
        }

        if (request.Operation == FundOperation.Debit && budget.Remaining < request.Amount)
        {
            return new Refusal(ErrorCode.BudgetExceeded, 0, budget);
        }

        try
        {
            funded = Recompute(Fund(budget, request)).Checked();
            return default;
        }
        catch (OverflowException)
        {
            return new Refusal(ErrorCode.InvalidRequest, 0, budget);
        }
    }

    public static Refusal CheckStatus(in BudgetState budget) =>
        budget.Status switch
        {
            BudgetStatus.Frozen => new Refusal(ErrorCode.BudgetFrozen, 0, budget),
            BudgetStatus.Closed => new Refusal(ErrorCode.BudgetClosed, 0, budget),
            _ => default,
        };

    /// <summary>The bounds of an operator's amount: a set unit, the budget's where that is known, and 0 or more.</summary>
    public static ValidationFinding? Validate(string field, Amount amount, AmountUnit? unit = null)
    {
        if (!Enum.IsDefined(amount.Unit) || amount.Unit == AmountUnit.Unset)
        {
            return new ValidationFinding($"{field}.unit", "must be set");
        }

        if (unit is not null && amount.Unit != unit)
        {
            return new ValidationFinding($"{field}.unit", $"must be the budget's, {unit}, but was {amount.Unit}");
        }

        return amount.Value < 0
            ? new ValidationFinding(
                $"{field}.amount",
                string.Create(CultureInfo.InvariantCulture, $"must be from 0 to {long.MaxValue} but was {amount.Value}")
            )
            : null;
    }

    /// <summary>The flag says that more is owed than allowed, once an operator has looked.</summary>
    public static BudgetState Recompute(in BudgetState budget) =>
        budget with
        {
            IsOverLimit = budget.Debt > budget.OverdraftLimit,
        };

    private static BudgetState Fund(in BudgetState budget, in FundingRequest request)
    {
        switch (request.Operation)
        {
            // Debt is repaid first (protocol, DEBT SEMANTICS).
            case FundOperation.Credit:
            case FundOperation.RepayDebt:
                var repaid = Math.Min(budget.Debt, request.Amount);
                return budget with
                {
                    Debt = budget.Debt - repaid,
                    Allocated = checked(budget.Allocated + (request.Amount - repaid)),
                };

            case FundOperation.Debit:
                return budget with { Allocated = budget.Allocated - request.Amount };

            case FundOperation.Reset:
                return budget with { Allocated = request.Amount };

            case FundOperation.ResetSpent:
                return budget with { Allocated = request.Amount, Spent = request.Spent ?? 0 };

            default:
                throw new ArgumentOutOfRangeException(nameof(request), request.Operation, "Unknown fund operation.");
        }
    }
}
