using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Cycles;

/// <summary>Queries as the protocol writes them: snake_case names, ISO 8601 times in UTC, lists with commas.</summary>
internal static class QueryText
{
    public static string Of(ReservationListQuery query)
    {
        var text = new StringBuilder();
        Add(text, query.Subject);
        Add(text, "status", query.Status is { } status ? WireName(status) : null);
        Add(text, "idempotency_key", query.IdempotencyKey);
        Add(text, "from", query.From);
        Add(text, "to", query.To);
        Add(text, "expires_from", query.ExpiresFrom);
        Add(text, "expires_to", query.ExpiresTo);
        Add(text, "finalized_from", query.FinalizedFrom);
        Add(text, "finalized_to", query.FinalizedTo);
        Add(text, "sort_by", query.SortBy is { } key ? NameOf(key) : null);
        Add(text, "sort_dir", query.SortDirection is { } way ? NameOf(way) : null);
        Add(text, "include", NamesOf(query.Include));
        Add(text, "limit", query.Limit?.ToString(CultureInfo.InvariantCulture));
        Add(text, "cursor", query.Cursor);
        return text.ToString();
    }

    public static string Of(BalanceQuery query)
    {
        var text = new StringBuilder();
        Add(text, query.Subject);
        Add(text, "include_children", query.IncludeChildren ? "true" : null);
        Add(text, "limit", query.Limit?.ToString(CultureInfo.InvariantCulture));
        Add(text, "cursor", query.Cursor);
        return text.ToString();
    }

    private static void Add(StringBuilder text, Subject? subject)
    {
        Add(text, "tenant", subject?.Tenant);
        Add(text, "workspace", subject?.Workspace);
        Add(text, "app", subject?.App);
        Add(text, "workflow", subject?.Workflow);
        Add(text, "agent", subject?.Agent);
        Add(text, "toolset", subject?.Toolset);
    }

    private static void Add(StringBuilder text, string name, DateTimeOffset? time) =>
        Add(text, name, time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    private static void Add(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }

    private static string WireName(ReservationStatus status) =>
        JsonNamingPolicy.SnakeCaseUpper.ConvertName(status.ToString());

    /// <summary>As given where it has no name: the authority then says what is wrong with it.</summary>
    private static string NameOf(ReservationSortKey key) =>
        key switch
        {
            ReservationSortKey.CreatedAt => "created_at_ms",
            ReservationSortKey.ReservationId => "reservation_id",
            ReservationSortKey.Tenant => "tenant",
            ReservationSortKey.ScopePath => "scope_path",
            ReservationSortKey.Status => "status",
            ReservationSortKey.Reserved => "reserved",
            ReservationSortKey.ExpiresAt => "expires_at_ms",
            _ => key.ToString(),
        };

    private static string NameOf(SortDirection way) =>
        way switch
        {
            SortDirection.Descending => "desc",
            SortDirection.Ascending => "asc",
            _ => way.ToString(),
        };

    private static string? NamesOf(ReservationIncludes include)
    {
        var names = new List<string>(3);
        if (include.HasFlag(ReservationIncludes.Metadata))
        {
            names.Add("metadata");
        }

        if (include.HasFlag(ReservationIncludes.CommittedMetadata))
        {
            names.Add("committed_metadata");
        }

        if (include.HasFlag(ReservationIncludes.Evidence))
        {
            names.Add("evidence");
        }

        return names.Count == 0 ? null : string.Join(',', names);
    }
}
