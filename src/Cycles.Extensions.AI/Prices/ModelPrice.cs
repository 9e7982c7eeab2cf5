namespace Cycles.Extensions.AI;

/// <summary>What a model costs, in US dollars per million tokens. Immutable.</summary>
/// <remarks>Each price is 0 to 1,000,000; 0 is a price too, that of a model of your own for example.</remarks>
public sealed record ModelPrice
{
    /// <summary>The highest price that is taken for one: what is above is a mistake in the unit.</summary>
    private const decimal Most = 1_000_000;

    /// <summary>A price.</summary>
    /// <param name="inputUsdPerMillion">For a million input tokens.</param>
    /// <param name="outputUsdPerMillion">For a million output tokens, reasoning included.</param>
    /// <param name="cachedInputUsdPerMillion">
    /// For a million input tokens that were read from a cache; null for the same as any input.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A price is below 0 or above 1,000,000.</exception>
    public ModelPrice(decimal inputUsdPerMillion, decimal outputUsdPerMillion, decimal? cachedInputUsdPerMillion = null)
    {
        InputUsdPerMillion = Checked(inputUsdPerMillion, nameof(inputUsdPerMillion));
        OutputUsdPerMillion = Checked(outputUsdPerMillion, nameof(outputUsdPerMillion));
        CachedInputUsdPerMillion = Checked(
            cachedInputUsdPerMillion ?? inputUsdPerMillion,
            nameof(cachedInputUsdPerMillion)
        );
    }

    /// <summary>For a million input tokens.</summary>
    public decimal InputUsdPerMillion { get; }

    /// <summary>For a million output tokens, reasoning included.</summary>
    public decimal OutputUsdPerMillion { get; }

    /// <summary>For a million input tokens that were read from a cache; by default the same as any input.</summary>
    public decimal CachedInputUsdPerMillion { get; }

    /// <summary>
    /// What tokens cost: everything is summed exactly and then rounded up once, to the next whole microcent.
    /// </summary>
    /// <param name="inputTokens">All input tokens, cached ones included; 0 or more.</param>
    /// <param name="outputTokens">All output tokens, reasoning included; 0 or more.</param>
    /// <param name="cachedInputTokens">How many of the input tokens were read from a cache; 0 or more.</param>
    /// <returns>The cost in <see cref="AmountUnit.UsdMicrocents"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number of tokens is negative.</exception>
    public Amount CostOf(long inputTokens, long outputTokens, long cachedInputTokens = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(outputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(cachedInputTokens);
        return CostOf(new TokenCounts(inputTokens, cachedInputTokens, outputTokens), factor: 1);
    }

    /// <summary>Times a factor, before the one rounding.</summary>
    internal Amount CostOf(TokenCounts tokens, decimal factor)
    {
        // Where more of them are cached than there are, none is dropped.
        var uncached = Math.Max(0, tokens.Input - tokens.CachedInput);
        var millionths =
            uncached * InputUsdPerMillion
            + tokens.CachedInput * CachedInputUsdPerMillion
            + tokens.Output * OutputUsdPerMillion;

        // A millionth of a dollar is a hundred microcents.
        var microcents = decimal.Ceiling(
            Math.Min(millionths, long.MaxValue) * factor * (Amount.MicrocentsPerUsd / 1_000_000)
        );
        return Amount.UsdMicrocents(microcents < long.MaxValue ? (long)microcents : long.MaxValue);
    }

    private static decimal Checked(decimal price, string name) =>
        price is >= 0 and <= Most
            ? price
            : throw new ArgumentOutOfRangeException(
                name,
                price,
                $"A price must be 0 to {Most} US dollars per million tokens."
            );
}
