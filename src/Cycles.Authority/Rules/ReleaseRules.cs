namespace Cycles.Authority;

/// <summary>What a release, an expiry or the closing of a tenant does: the whole estimate goes back.</summary>
internal static class ReleaseRules
{
    public static void Release(Span<BudgetState> scopes, long estimate)
    {
        foreach (ref var scope in scopes)
        {
            scope = scope with { Reserved = scope.Reserved - estimate };
        }
    }
}
