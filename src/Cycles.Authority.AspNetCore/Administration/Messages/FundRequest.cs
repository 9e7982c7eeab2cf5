namespace Cycles.Authority;

/// <summary>A fund operation; its key is required, because an answer may be lost on the way.</summary>
internal sealed record FundRequest
{
    public required string IdempotencyKey { get; init; }

    public required string Scope { get; init; }

    public required BudgetFunding Operation { get; init; }

    public required Amount Amount { get; init; }

    public Amount? Spent { get; init; }

    public ValidationFinding? Validate() =>
        Spent is not null && Operation != BudgetFunding.ResetSpent
            ? new ValidationFinding("spent", "belongs to RESET_SPENT only")
            : null;
}
