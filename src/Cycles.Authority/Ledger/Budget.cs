namespace Cycles.Authority;

/// <summary>One ledger: a scope of a tenant and a unit. Guarded by the tenant's lock.</summary>
internal sealed class Budget(string scope, AmountUnit unit, BudgetTerms terms)
{
    private const long FundingKeyLifetimeMs = 24 * 60 * 60 * 1_000;

    public string Scope { get; } = scope;

    public AmountUnit Unit { get; } = unit;

    /// <summary>
    /// Where it stands in a list: by path, then by unit. A space sorts before all that a path is made of, so a scope
    /// comes before those below it.
    /// </summary>
    public string Position { get; } = $"{scope} {(int)unit}";

    public BudgetTerms Terms { get; set; } = terms;

    public long Reserved { get; private set; }

    public long Spent { get; private set; }

    /// <summary>What funding did under which key.</summary>
    public ReplayStore<FundingRequest, Balance> Funding { get; } = new(FundingKeyLifetimeMs);

    public BudgetState State =>
        new(Terms.Allocated, Reserved, Spent, Terms.Debt, Terms.OverdraftLimit, Terms.IsOverLimit, Terms.Status);

    /// <summary>Whether this is the path's last segment.</summary>
    public bool EndsWith(string segment) =>
        Scope.EndsWith(segment, StringComparison.Ordinal)
        && (Scope.Length == segment.Length || Scope[^(segment.Length + 1)] == '/');

    /// <summary>Takes over what a rule returned.</summary>
    /// <returns>Whether the terms changed, so that snapshots need new ones.</returns>
    public bool Apply(in BudgetState next)
    {
        Reserved = next.Reserved;
        Spent = next.Spent;
        var terms = Terms;
        if (
            terms.Allocated == next.Allocated
            && terms.Debt == next.Debt
            && terms.OverdraftLimit == next.OverdraftLimit
            && terms.IsOverLimit == next.IsOverLimit
            && terms.Status == next.Status
        )
        {
            return false;
        }

        Terms = terms with
        {
            Allocated = next.Allocated,
            Debt = next.Debt,
            OverdraftLimit = next.OverdraftLimit,
            IsOverLimit = next.IsOverLimit,
            Status = next.Status,
        };
        return true;
    }

    /// <summary>Forgets funding keys whose time is over.</summary>
    public void ForgetFunding(long now)
    {
        while (Funding.OldestAt is var at and < long.MaxValue && now - at >= FundingKeyLifetimeMs)
        {
            Funding.EvictOldest();
        }
    }

    public Balance ToBalance() => BalanceOf(Scope, Unit, Terms, Reserved, Spent);

    public static Balance BalanceOf(string scope, AmountUnit unit, BudgetTerms terms, long reserved, long spent) =>
        new()
        {
            Scope = scope,
            ScopePath = scope,
            Remaining = new SignedAmount(unit, terms.Allocated - spent - reserved - terms.Debt),
            Reserved = new Amount(unit, reserved),
            Spent = new Amount(unit, spent),
            Debt = new Amount(unit, terms.Debt),
            Allocated = new Amount(unit, terms.Allocated),
            OverdraftLimit = new Amount(unit, terms.OverdraftLimit),
            IsOverLimit = terms.IsOverLimit,
        };
}
