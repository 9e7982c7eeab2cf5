namespace Cycles.Authority;

/// <summary>The body of an operation that takes nothing.</summary>
internal sealed record EmptyRequest;
