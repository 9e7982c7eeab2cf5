using Microsoft.AspNetCore.Http;

namespace Cycles.Authority;

/// <summary>The query of <c>listReservations</c>.</summary>
internal static class ListQueryReader
{
    private static readonly Dictionary<string, ReservationStatus> Statuses = new(StringComparer.Ordinal)
    {
        ["ACTIVE"] = ReservationStatus.Active,
        ["COMMITTED"] = ReservationStatus.Committed,
        ["RELEASED"] = ReservationStatus.Released,
        ["EXPIRED"] = ReservationStatus.Expired,
    };

    private static readonly Dictionary<string, ReservationSortKey> SortKeys = new(StringComparer.Ordinal)
    {
        ["reservation_id"] = ReservationSortKey.ReservationId,
        ["tenant"] = ReservationSortKey.Tenant,
        ["scope_path"] = ReservationSortKey.ScopePath,
        ["status"] = ReservationSortKey.Status,
        ["reserved"] = ReservationSortKey.Reserved,
        ["created_at_ms"] = ReservationSortKey.CreatedAt,
        ["expires_at_ms"] = ReservationSortKey.ExpiresAt,
    };

    private static readonly Dictionary<string, SortDirection> Directions = new(StringComparer.Ordinal)
    {
        ["asc"] = SortDirection.Ascending,
        ["desc"] = SortDirection.Descending,
    };

    public static ValidationFinding? Read(QueryString text, out ReservationListQuery query)
    {
        var reader = new QueryReader(text);
        query = new ReservationListQuery
        {
            Subject = reader.Subject(),
            Status = reader.OneOf("status", Statuses),
            IdempotencyKey = reader.Text("idempotency_key"),
            From = reader.Time("from"),
            To = reader.Time("to"),
            ExpiresFrom = reader.Time("expires_from"),
            ExpiresTo = reader.Time("expires_to"),
            FinalizedFrom = reader.Time("finalized_from"),
            FinalizedTo = reader.Time("finalized_to"),
            SortBy = reader.OneOf("sort_by", SortKeys),
            SortDirection = reader.OneOf("sort_dir", Directions),
            Include = IncludesOf(reader.Text("include")),
            Limit = reader.Number("limit"),
            Cursor = reader.Text("cursor"),
        };
        return reader.Finding ?? query.Validate();
    }

    /// <summary>Blank and unknown tokens are ignored (protocol, FIELD PROJECTION).</summary>
    private static ReservationIncludes IncludesOf(string? tokens)
    {
        var includes = ReservationIncludes.None;
        foreach (var token in (tokens ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            includes |= token switch
            {
                "metadata" => ReservationIncludes.Metadata,
                "committed_metadata" => ReservationIncludes.CommittedMetadata,
                "evidence" => ReservationIncludes.Evidence,
                _ => ReservationIncludes.None,
            };
        }

        return includes;
    }
}
