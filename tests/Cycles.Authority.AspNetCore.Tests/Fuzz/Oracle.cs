using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>
/// Judges a request by the protocol's text alone, and knows nothing of the code that answers: what it does not accept
/// must not succeed.
/// </summary>
internal static partial class Oracle
{
    private static readonly UTF8Encoding StrictText = new(false, throwOnInvalidBytes: true);

    private static readonly (string Method, string Path, Schema? Body, Schema Answer, bool ForOperators)[] Operations =
    [
        ("POST", "/v1/decide", WireSchemas.DecisionRequest, WireSchemas.DecisionResponse, false),
        (
            "POST",
            "/v1/reservations",
            WireSchemas.ReservationCreateRequest,
            WireSchemas.ReservationCreateResponse,
            false
        ),
        ("GET", "/v1/reservations", null, WireSchemas.ReservationListResponse, true),
        ("GET", "/v1/reservations/{id}", null, WireSchemas.ReservationDetail, true),
        ("POST", "/v1/reservations/{id}/commit", WireSchemas.CommitRequest, WireSchemas.CommitResponse, false),
        ("POST", "/v1/reservations/{id}/release", WireSchemas.ReleaseRequest, WireSchemas.ReleaseResponse, true),
        (
            "POST",
            "/v1/reservations/{id}/extend",
            WireSchemas.ReservationExtendRequest,
            WireSchemas.ReservationExtendResponse,
            false
        ),
        ("GET", "/v1/balances", null, WireSchemas.BalanceResponse, false),
        ("POST", "/v1/events", WireSchemas.EventCreateRequest, WireSchemas.EventCreateResponse, false),
    ];

    /// <summary>Why the request must not succeed; null when nothing speaks against it but the ledger.</summary>
    public static string? WhyNot(FuzzRequest request, out Schema? answer)
    {
        answer = null;
        var path = new Uri($"http://host{request.Path}").AbsolutePath;
        var operation = Operations.FirstOrDefault(each =>
            each.Method == request.Method && Regex.IsMatch(Uri.UnescapeDataString(path), PatternOf(each.Path))
        );
        if (operation.Path is null)
        {
            return "no such operation";
        }

        answer = operation.Answer;
        return TenantOf(request, operation.ForOperators, out var tenant)
            ?? (operation.Body is { } schema ? WhyNotBody(request, schema, tenant) : null)
            ?? (operation.Path is "/v1/reservations" && operation.Body is null ? WhyNotList(request, tenant) : null)
            ?? (operation.Path == "/v1/balances" ? WhyNotBalances(request, tenant) : null);
    }

    private static string PatternOf(string path) =>
        $"^{path.Replace("{id}", "[^/]{1,128}", StringComparison.Ordinal)}$";

    private static string? TenantOf(FuzzRequest request, bool forOperators, out string? tenant)
    {
        tenant = null;
        var keys = Values(request, "X-Cycles-API-Key");
        if (keys.Count == 0 && forOperators)
        {
            return Values(request, "X-Admin-API-Key") is [TestHost.AdminKey] ? null : "no operator";
        }

        tenant =
            keys is [TestHost.AcmeKey] ? "acme"
            : keys is [TestHost.GlobexKey] ? "globex"
            : null;
        return tenant is null ? "no key" : null;
    }

    private static List<string> Values(FuzzRequest request, string name) =>
        [
            .. request
                .Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(header => header.Value.Trim()),
        ];

    private static string? WhyNotBody(FuzzRequest request, Schema schema, string? tenant)
    {
        if (!JsonType().IsMatch(request.ContentType ?? ""))
        {
            return "not JSON";
        }

        JsonElement body;
        try
        {
            body = JsonElement.Parse(StrictText.GetString(request.Body ?? []));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return "malformed";
        }

        if (schema(body, "$") is { } problem)
        {
            return problem;
        }

        var key = body.GetProperty("idempotency_key").GetString();
        if (Values(request, "X-Idempotency-Key").Any(value => value != key))
        {
            return "two idempotency keys";
        }

        var isForeign =
            body.TryGetProperty("subject", out var subject)
            && subject.TryGetProperty("tenant", out var named)
            && named.ValueKind == JsonValueKind.String
            && !string.Equals(named.GetString(), tenant, StringComparison.OrdinalIgnoreCase);
        return isForeign ? "another tenant" : null;
    }

    private static string? WhyNotList(FuzzRequest request, string? tenant)
    {
        var query = Parse(request.Query);
        return query.TryGetValue("tenant", out _) || tenant is not null
            ? WhyNotSubject(query, tenant)
                ?? WhyNotOneOf(query, "status", "ACTIVE", "COMMITTED", "RELEASED", "EXPIRED")
                ?? WhyNotOneOf(query, "sort_dir", "asc", "desc")
                ?? WhyNotOneOf(
                    query,
                    "sort_by",
                    "reservation_id",
                    "tenant",
                    "scope_path",
                    "status",
                    "reserved",
                    "created_at_ms",
                    "expires_at_ms"
                )
                ?? WhyNotWindow(query, "from", "to")
                ?? WhyNotWindow(query, "expires_from", "expires_to")
                ?? WhyNotWindow(query, "finalized_from", "finalized_to")
                ?? WhyNotLimit(query)
            : "no tenant";
    }

    private static string? WhyNotBalances(FuzzRequest request, string? tenant)
    {
        var query = Parse(request.Query);
        string[] levels = ["tenant", "workspace", "app", "workflow", "agent", "toolset"];
        return levels.Any(query.ContainsKey)
            ? WhyNotSubject(query, tenant)
                ?? WhyNotOneOf(query, "include_children", "true", "false")
                ?? WhyNotLimit(query)
            : "no level";
    }

    private static string? WhyNotSubject(Dictionary<string, string> query, string? tenant)
    {
        string[] levels = ["tenant", "workspace", "app", "workflow", "agent", "toolset"];
        var bad = levels.FirstOrDefault(level =>
            query.TryGetValue(level, out var value) && !Regex.IsMatch(value, @"^[A-Za-z0-9_.-]{1,128}\z")
        );
        var isForeign =
            tenant is not null
            && query.TryGetValue("tenant", out var named)
            && !named.Equals(tenant, StringComparison.OrdinalIgnoreCase);
        return isForeign ? "another tenant" : bad;
    }

    private static string? WhyNotOneOf(Dictionary<string, string> query, string name, params string[] values) =>
        query.TryGetValue(name, out var value) && !values.Contains(value, StringComparer.Ordinal) ? name : null;

    private static string? WhyNotLimit(Dictionary<string, string> query) =>
        query.TryGetValue("limit", out var value)
        && !(
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            && limit is >= 1 and <= 200
        )
            ? "limit"
            : null;

    private static string? WhyNotWindow(Dictionary<string, string> query, string from, string to)
    {
        var start = TimeOf(query, from, out var isBad);
        var end = TimeOf(query, to, out var isWorse);
        return isBad || isWorse || start > end ? from : null;
    }

    private static DateTimeOffset? TimeOf(Dictionary<string, string> query, string name, out bool isBad)
    {
        isBad = false;
        if (!query.TryGetValue(name, out var value) || string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        isBad = !Time().IsMatch(value);
        return DateTimeOffset.TryParse(
            value,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time
        )
            ? time
            : null;
    }

    private static Dictionary<string, string> Parse(string? query)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var sides = part.Split('=', 2);
            values[Decode(sides[0])] = sides.Length == 2 ? Decode(sides[1]) : "";
        }

        return values;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    [GeneratedRegex("^application/json(; charset=utf-8)?$")]
    private static partial Regex JsonType();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex Time();
}
