namespace Cycles.Authority;

/// <summary>The filters of a list, made ready for comparing. The tenant only has to match the caller's own.</summary>
internal sealed class ReservationFilter(ReservationListQuery query)
{
    private readonly ReplayKey? _key = query.IdempotencyKey is { } key ? new ReplayKey(key) : null;

    public long CreatedFrom { get; } = Start(query.From);

    public long CreatedTo { get; } = End(query.To);

    public ReplayKey? Key => _key;

    public bool Matches(in Reservation reservation) =>
        (query.Status is null || reservation.Status == query.Status)
        && (_key is null || reservation.Key.Equals(_key.Value))
        && reservation.CreatedAt >= CreatedFrom
        && reservation.CreatedAt <= CreatedTo
        && reservation.ExpiresAt >= Start(query.ExpiresFrom)
        && reservation.ExpiresAt <= End(query.ExpiresTo)
        && MatchesFinalized(reservation.FinalizedAt)
        && MatchesSubject(reservation.Budgets.Scopes.Subject);

    /// <summary>Text that differs whenever the filters do; what a page carries along does not count.</summary>
    public string Describe() =>
        string.Join(
            '|',
            query.Status,
            query.IdempotencyKey,
            query.Subject?.Workspace,
            query.Subject?.App,
            query.Subject?.Workflow,
            query.Subject?.Agent,
            query.Subject?.Toolset,
            CreatedFrom,
            CreatedTo,
            Start(query.ExpiresFrom),
            End(query.ExpiresTo),
            query.FinalizedFrom?.ToUnixTimeMilliseconds(),
            query.FinalizedTo?.ToUnixTimeMilliseconds(),
            (int)(query.SortBy ?? default),
            (int)(query.SortDirection ?? default)
        );

    /// <summary>The first whole millisecond at or after the bound: times are kept in milliseconds.</summary>
    private static long Start(DateTimeOffset? from) =>
        from is { } bound ? bound.AddTicks(TimeSpan.TicksPerMillisecond - 1).ToUnixTimeMilliseconds() : long.MinValue;

    private static long End(DateTimeOffset? to) => to?.ToUnixTimeMilliseconds() ?? long.MaxValue;

    private bool MatchesFinalized(long? at)
    {
        if (query.FinalizedFrom is null && query.FinalizedTo is null)
        {
            return true;
        }

        return at is { } finalized && finalized >= Start(query.FinalizedFrom) && finalized <= End(query.FinalizedTo);
    }

    private bool MatchesSubject(Subject subject)
    {
        if (query.Subject is not { } wanted)
        {
            return true;
        }

        for (var level = SubjectLevel.Workspace; level <= SubjectLevel.Toolset; level++)
        {
            if (wanted[level] is { } value && !string.Equals(value, subject[level], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
