using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>
/// Says what is wrong with a request that a client sent, and with the answer to it, by the transcribed schemas. All
/// tests that talk over HTTP lean on it.
/// </summary>
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
        var route = Route(request);
        return Headers(request)
            ?? (request.Method, route) switch
            {
                ("POST", "/v1/decide") => Body(request, WireSchemas.DecisionRequest),
                ("POST", "/v1/reservations") => Body(request, WireSchemas.ReservationCreateRequest),
                ("POST", "/v1/events") => Body(request, WireSchemas.EventCreateRequest),
                ("POST", var path) when Commit().IsMatch(path) => Body(request, WireSchemas.CommitRequest),
                ("POST", var path) when Release().IsMatch(path) => Body(request, WireSchemas.ReleaseRequest),
                ("POST", var path) when Extend().IsMatch(path) => Body(request, WireSchemas.ReservationExtendRequest),
                ("GET", "/v1/reservations") => Query(request, ListQuery),
                ("GET", "/v1/balances") => Query(request, BalanceQuery)
                    ?? (request.Query.Any(pair => Levels.Contains(pair.Name)) ? null : "the query names no level"),
                ("GET", var path) when Get().IsMatch(path) => Query(request, []),
                _ => $"{request.Method} {route} is no operation",
            };
    }

    /// <summary>What is wrong with an answer of our own authority: the documented success, or an error.</summary>
    public static string? Problem(WireRequest request, int status, string? contentType, byte[] body)
    {
        if (contentType != "application/json")
        {
            return $"the answer is {contentType}";
        }

        var (success, schema) = (request.Method, Route(request)) switch
        {
            ("POST", "/v1/decide") => (200, WireSchemas.DecisionResponse),
            ("POST", "/v1/reservations") => (200, WireSchemas.ReservationCreateResponse),
            ("POST", "/v1/events") => (201, WireSchemas.EventCreateResponse),
            ("POST", var path) when Commit().IsMatch(path) => (200, WireSchemas.CommitResponse),
            ("POST", var path) when Release().IsMatch(path) => (200, WireSchemas.ReleaseResponse),
            ("POST", var path) when Extend().IsMatch(path) => (200, WireSchemas.ReservationExtendResponse),
            ("GET", "/v1/reservations") => (200, WireSchemas.ReservationListResponse),
            ("GET", "/v1/balances") => (200, WireSchemas.BalanceResponse),
            _ => (200, WireSchemas.ReservationDetail),
        };
        return status == success ? Check(body, schema, "the answer")
            : status is >= 400 and < 500 ? Check(body, WireSchemas.ErrorResponse, "the error")
            : $"the status is {status}";
    }

    private static string Route(WireRequest request)
    {
        var at = request.Path.IndexOf("/v1/", StringComparison.Ordinal);
        return at < 0 ? request.Path : request.Path[at..];
    }

    private static string? Check(byte[] body, Schema schema, string what)
    {
        try
        {
            return schema(JsonElement.Parse(body), "$") is { } problem ? $"{what} has {problem}" : null;
        }
        catch (JsonException e)
        {
            return $"{what} is no JSON: {e.Message}";
        }
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

    private static string? Body(WireRequest request, Schema schema)
    {
        if (request.Header("Content-Type") != "application/json")
        {
            return $"the body is {request.Header("Content-Type")}";
        }

        return Check(request.Body, schema, "the request")
            ?? (
                request.Header("X-Idempotency-Key") is { } key
                && key != JsonElement.Parse(request.Body).GetProperty("idempotency_key").GetString()
                    ? "the idempotency keys differ"
                    : null
            );
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
