namespace Cycles.Authority;

/// <summary>Where a tenant stands: ACTIVE or CLOSED.</summary>
internal sealed record TenantAnswer(string Tenant, string Status);
