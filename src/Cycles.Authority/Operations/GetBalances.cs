namespace Cycles.Authority;

/// <summary>Balances (protocol operation <c>getBalances</c>), by path and then by unit.</summary>
internal static class GetBalances
{
    private const int DefaultLimit = 50;

    public static CyclesResponse<BalanceResponse> Execute(TenantSpace space, BalanceQuery query)
    {
        var segments = SegmentsOf(query.Subject);
        var question = $"{string.Join('/', segments)}|{query.IncludeChildren}";
        var position = query.Cursor is { Length: > 0 } cursor ? Cursor.Read(cursor, question) : "";
        if (position is null)
        {
            return space.Refuse<BalanceResponse>(Cursor.Foreign);
        }

        var limit = query.Limit ?? DefaultLimit;
        using var hold = space.Enter(out _);
        var found = space
            .Budgets.All.Where(budget => Matches(budget.Scope, segments, query.IncludeChildren))
            .Select(budget => (Position: PositionOf(budget), Budget: budget))
            .Where(entry => string.CompareOrdinal(entry.Position, position) > 0)
            .OrderBy(entry => entry.Position, StringComparer.Ordinal)
            .Take(limit + 1)
            .ToList();
        var hasMore = found.Count > limit;
        var response = new BalanceResponse
        {
            Balances = found.Take(limit).Select(entry => entry.Budget.ToBalance()).ToList(),
            HasMore = hasMore,
            NextCursor = hasMore ? Cursor.Write(question, found[limit - 1].Position) : null,
        };
        return space.Answer(response);
    }

    private static List<string> SegmentsOf(Subject subject)
    {
        var segments = new List<string>(Subject.LevelCount);
        for (var level = SubjectLevel.Tenant; level <= SubjectLevel.Toolset; level++)
        {
            if (subject[level] is { } value)
            {
                segments.Add(ScopePath.Segment(level, value));
            }
        }

        return segments;
    }

    /// <summary>Every segment has to be in the path; without children the deepest one has to end it.</summary>
    private static bool Matches(string scope, List<string> segments, bool includeChildren)
    {
        var path = scope.Split('/');
        return segments.TrueForAll(segment => path.Contains(segment, StringComparer.Ordinal))
            && (includeChildren || path[^1] == segments[^1]);
    }

    /// <summary>A space sorts before all that a path is made of, so a scope comes before those below it.</summary>
    private static string PositionOf(Budget budget) => $"{budget.Scope} {(int)budget.Unit}";
}
