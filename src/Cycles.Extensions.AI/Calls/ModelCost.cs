namespace Cycles.Extensions.AI;

/// <summary>What one call costs, by the prices that were in force when it began.</summary>
internal readonly struct ModelCost(CyclesModelOptions options, PriceList prices, string model)
{
    private readonly ModelPrice? _price = options.Unit == AmountUnit.Tokens ? null : prices.Find(model);

    public string Model => model;

    /// <summary>Whether <see cref="CyclesModelOptions.UnpricedModels"/> decides.</summary>
    public bool IsUnpriced => _price is null && options.Unit != AmountUnit.Tokens;

    /// <summary>What to hold; null where the call must not run.</summary>
    public Amount? EstimateOf(TokenCounts expected) =>
        options.Unit == AmountUnit.Tokens ? TokensOf(expected, options.SafetyFactor)
        : (_price ?? FallbackPrice) is { } price ? price.CostOf(expected, options.SafetyFactor)
        : options.UnpricedModels == UnpricedModel.Estimate ? options.UnpricedEstimate
        : null;

    /// <summary>
    /// What it came to, by the model that answered, a version or another one, where the provider says so; null where only
    /// the estimate is there to charge.
    /// </summary>
    public Amount? ActualOf(TokenCounts tokens, string? answered) =>
        options.Unit == AmountUnit.Tokens ? TokensOf(tokens, factor: 1)
        : (prices.Find(model, answered) ?? FallbackPrice) is { } price ? price.CostOf(tokens, factor: 1)
        : null;

    private ModelPrice? FallbackPrice => options.UnpricedModels == UnpricedModel.HighestRate ? prices.Highest : null;

    private static Amount TokensOf(TokenCounts tokens, decimal factor)
    {
        var sum = decimal.Ceiling(((decimal)Math.Max(tokens.Input, tokens.CachedInput) + tokens.Output) * factor);
        return Amount.Tokens(sum < long.MaxValue ? (long)sum : long.MaxValue);
    }
}
