namespace Cycles.Authority;

/// <summary>That the authority answers at all.</summary>
internal sealed record HealthAnswer(string Status);
