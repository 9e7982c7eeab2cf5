namespace Cycles.Authority;

/// <summary>One fund operation, as it is compared when its key comes again.</summary>
internal readonly record struct FundingRequest(FundOperation Operation, long Amount, long? Spent = null);
