namespace Cycles.Authority;

/// <summary>A tenant's lock for as long as it is not disposed.</summary>
internal readonly ref struct TenantHold(TenantSpace space)
{
    public void Dispose() => space.Exit();
}
