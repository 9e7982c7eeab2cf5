namespace Cycles.Authority;

/// <summary>A key: its text only in the answer that creates it.</summary>
internal sealed record ApiKeyAnswer(string KeyId, string Tenant, string Status, string? ApiKey = null);
