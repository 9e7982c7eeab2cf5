using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cycles.Client.Tests;

/// <summary>Says what a server of the protocol would find wrong with a request.</summary>
internal static partial class WireCheck
{
    private static readonly string[] Levels = ["tenant", "workspace", "app", "workflow", "agent", "toolset"];

    private static readonly Dictionary<string, Func<string, bool>> ListQuery = new()
    {
        ["idempotency_key"] = value => value.Length is >= 1 and <= 256,
        ["status"] = value => value is "ACTIVE" or "COMMITTED" or "RELEASED" or "EXPIRED",
        ["from"] = IsTime,
        ["to"] = IsTime,
        ["expires_from"] = IsTime,
        ["expires_to"] = IsTime,
        ["finalized_from"] = IsTime,
        ["finalized_to"] = IsTime,
        ["sort_by"] = value =>
            value
                is "reservation_id"
                    or "tenant"
                    or "scope_path"
                    or "status"
                    or "reserved"
                    or "created_at_ms"
                    or "expires_at_ms",
        ["sort_dir"] = value => value is "asc" or "desc",
        ["include"] = value => value.Split(',').All(name => name is "metadata" or "committed_metadata" or "evidence"),
        ["limit"] = IsLimit,
        ["cursor"] = _ => true,
    };

    private static readonly Dictionary<string, Func<string, bool>> BalanceQuery = new()
    {
        ["include_children"] = value => value is "true" or "false",
        ["limit"] = IsLimit,
        ["cursor"] = _ => true,
    };

    public static string? Problem(WireRequest request)
    {
        var at = request.Path.IndexOf("/v1/", StringComparison.Ordinal);
        var route = at < 0 ? request.Path : request.Path[at..];
        return Headers(request)
            ?? (request.Method, route) switch
            {
                ("POST", "/v1/decide") => Body(request, RequestSchemas.Decide),
                ("POST", "/v1/reservations") => Body(request, RequestSchemas.Reserve),
                ("POST", "/v1/events") => Body(request, RequestSchemas.Event),
                ("POST", var path) when Commit().IsMatch(path) => Body(request, RequestSchemas.Commit),
                ("POST", var path) when Release().IsMatch(path) => Body(request, RequestSchemas.Release),
                ("POST", var path) when Extend().IsMatch(path) => Body(request, RequestSchemas.Extend),
                ("GET", "/v1/reservations") => Query(request, ListQuery),
                ("GET", "/v1/balances") => Query(request, BalanceQuery)
                    ?? (request.Query.Any(pair => Levels.Contains(pair.Name)) ? null : "the query names no level"),
                ("GET", var path) when Get().IsMatch(path) => Query(request, []),
                _ => $"{request.Method} {route} is no operation",
            };
    }

    private static string? Headers(WireRequest request)
    {
        if (request.Headers.FirstOrDefault(header => header.Value.Length > 1).Key is { } repeated)
        {
            return $"the header {repeated} comes more than once";
        }

        return request.Header("X-Cycles-API-Key") is not { Length: > 0 } ? "the API key is missing"
            : request.Header("traceparent") is { } parent && !TraceParent().IsMatch(parent) ? $"traceparent is {parent}"
            : request.Header("X-Cycles-Trace-Id") is { } trace && !TraceId().IsMatch(trace)
                ? $"X-Cycles-Trace-Id is {trace}"
            : null;
    }

    private static string? Body(WireRequest request, Func<JsonElement, string?> schema)
    {
        if (request.Header("Content-Type") != "application/json")
        {
            return $"the body is {request.Header("Content-Type")}";
        }

        using var document = JsonDocument.Parse(request.Body);
        var body = document.RootElement;
        return schema(body) is { } problem ? $"the body {problem}"
            : request.Header("X-Idempotency-Key") is { } key && key != body.GetProperty("idempotency_key").GetString()
                ? "the idempotency keys differ"
            : null;
    }

    private static string? Query(WireRequest request, Dictionary<string, Func<string, bool>> known)
    {
        foreach (var (name, value) in request.Query)
        {
            var good =
                Levels.Contains(name) && known.Count > 0
                    ? value.Length is >= 1 and <= 128
                    : known.TryGetValue(name, out var check) && check(value);
            if (!good)
            {
                return $"the query has {name}={value}";
            }
        }

        return request.Query.Select(pair => pair.Name).Distinct().Count() == request.Query.Count
            ? null
            : "the query repeats a name";
    }

    private static bool IsTime(string value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out _) && Iso8601().IsMatch(value);

    private static bool IsLimit(string value) => int.TryParse(value, out var limit) && limit is >= 1 and <= 200;

    [GeneratedRegex("^/v1/reservations/[^/]{1,384}/commit$")]
    private static partial Regex Commit();

    [GeneratedRegex("^/v1/reservations/[^/]{1,384}/release$")]
    private static partial Regex Release();

    [GeneratedRegex("^/v1/reservations/[^/]{1,384}/extend$")]
    private static partial Regex Extend();

    [GeneratedRegex("^/v1/reservations/[^/]{1,384}$")]
    private static partial Regex Get();

    [GeneratedRegex("^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")]
    private static partial Regex TraceParent();

    [GeneratedRegex("^(?!0{32})[0-9a-f]{32}$")]
    private static partial Regex TraceId();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex Iso8601();
}
