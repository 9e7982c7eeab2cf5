namespace Cycles.Extensions.AI;

/// <summary>What is priced: cached tokens are part of the input, reasoning is part of the output.</summary>
internal readonly record struct TokenCounts(long Input, long CachedInput, long Output);
