namespace Cycles;

/// <summary>
/// What a report has let through, on every scope of the calls' subjects, as it would have moved the ledger. Not
/// thread-safe.
/// </summary>
internal sealed class ShadowScopes
{
    private readonly Dictionary<(string Scope, AmountUnit Unit), long> _letThrough = [];

    /// <summary>Lets through more of a subject's, or less.</summary>
    /// <returns>What is let through of this very subject, dimensions aside.</returns>
    public long Move(Subject subject, AmountUnit unit, long by)
    {
        var moved = 0L;
        foreach (var scope in PathsOf(subject))
        {
            moved = Sum(_letThrough.GetValueOrDefault((scope, unit)), by);
            _letThrough[(scope, unit)] = moved;
        }

        return moved;
    }

    public long LetThrough(string scope, AmountUnit unit) => _letThrough.GetValueOrDefault((scope, unit));

    /// <summary>A report never fails a call for being too large.</summary>
    public static long Sum(long a, long b) => b > 0 && a > long.MaxValue - b ? long.MaxValue : a + b;

    /// <summary>Root first, in canonical form (protocol, SCOPE DERIVATION).</summary>
    private static IEnumerable<string> PathsOf(Subject subject)
    {
        var path = "";
        for (var level = SubjectLevel.Tenant; level <= SubjectLevel.Toolset; level++)
        {
            if (subject[level] is { } value)
            {
                path = $"{path}{(path.Length == 0 ? "" : "/")}{level}:{value}".ToLowerInvariant();
                yield return path;
            }
        }
    }
}
