namespace Cycles.Authority;

/// <summary>
/// The part of a budget that most reserves and commits leave alone. Immutable, so that every snapshot taken between two
/// changes shares one instance.
/// </summary>
internal sealed record BudgetTerms(
    long Allocated,
    long Debt,
    long OverdraftLimit,
    bool IsOverLimit,
    BudgetStatus Status,
    Caps? Caps,
    int? CapsAtPercent
);
