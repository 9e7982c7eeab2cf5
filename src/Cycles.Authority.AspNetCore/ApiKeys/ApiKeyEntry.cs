namespace Cycles.Authority;

/// <summary>What is known of a valid key besides its digest.</summary>
internal sealed record ApiKeyEntry(string KeyId, string Tenant);
