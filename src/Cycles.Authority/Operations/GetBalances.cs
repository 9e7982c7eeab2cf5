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
            .Budgets.Index.After(position, segments)
            .Where(budget => query.IncludeChildren || budget.EndsWith(segments[^1]))
            .Take(limit + 1)
            .ToList();
        var hasMore = found.Count > limit;
        var response = new BalanceResponse
        {
            Balances = found.Take(limit).Select(budget => budget.ToBalance()).ToList(),
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
}
