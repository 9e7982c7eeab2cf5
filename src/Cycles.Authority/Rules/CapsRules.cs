namespace Cycles.Authority;

/// <summary>Which caps come with a hold.</summary>
internal static class CapsRules
{
    /// <summary>The caps of the leaf-most scope whose caps apply after this hold; null when none do.</summary>
    public static Caps? Select(BudgetSet budgets, ReadOnlySpan<BudgetState> held)
    {
        for (var i = held.Length - 1; i >= 0; i--)
        {
            var terms = budgets[i].Terms;
            if (terms.Caps is not null && Applies(held[i], terms.CapsAtPercent))
            {
                return terms.Caps;
            }
        }

        return null;
    }

    /// <summary>Without a threshold always; else once no more than that share of the allocation remains.</summary>
    public static bool Applies(in BudgetState held, int? percent) =>
        percent is not { } share || (Int128)held.Remaining * 100 <= (Int128)held.Allocated * share;
}
