using Microsoft.AspNetCore.Http;

namespace Cycles.Client.Tests;

/// <summary>What a server may say.</summary>
internal static class Answers
{
    public const string Decide = """{"decision":"ALLOW"}""";

    public const string Reserve =
        """{"decision":"ALLOW","reservation_id":"rsv_1","affected_scopes":["tenant:acme"],"expires_at_ms":1712956830000,"remaining_ttl_ms":60000}""";

    public const string Commit = """{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":7}}""";

    public const string Release = """{"status":"RELEASED","released":{"unit":"TOKENS","amount":10}}""";

    public const string Extend = """{"status":"ACTIVE","expires_at_ms":5}""";

    public const string Event = """{"status":"APPLIED","event_id":"evt_1"}""";

    public const string Get =
        """{"reservation_id":"rsv_1","status":"ACTIVE","subject":{"tenant":"acme"},"action":{"kind":"k","name":"n"},"reserved":{"unit":"TOKENS","amount":10},"created_at_ms":1,"expires_at_ms":2,"scope_path":"tenant:acme","affected_scopes":["tenant:acme"]}""";

    public const string List = """{"reservations":[]}""";

    public const string Balances = """{"balances":[]}""";

    /// <summary>The least that each operation promises, and what is left of a lease, so that no beat comes between.</summary>
    public static Task Valid(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var get = context.Request.Method == "GET";
        return path.EndsWith("/decide", StringComparison.Ordinal) ? Json(200, Decide)(context)
            : path.EndsWith("/reservations", StringComparison.Ordinal) ? Json(200, get ? List : Reserve)(context)
            : path.EndsWith("/commit", StringComparison.Ordinal) ? Json(200, Commit)(context)
            : path.EndsWith("/release", StringComparison.Ordinal) ? Json(200, Release)(context)
            : path.EndsWith("/extend", StringComparison.Ordinal) ? Json(200, Extend)(context)
            : path.EndsWith("/events", StringComparison.Ordinal) ? Json(201, Event)(context)
            : path.EndsWith("/balances", StringComparison.Ordinal) ? Json(200, Balances)(context)
            : Json(200, Get)(context);
    }

    public static Func<HttpContext, Task> Json(int status, string body, params (string Name, string Value)[] headers) =>
        Body(status, "application/json", body, headers);

    public static Func<HttpContext, Task> Body(
        int status,
        string? contentType,
        string body,
        params (string Name, string Value)[] headers
    ) =>
        async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            foreach (var (name, value) in headers)
            {
                context.Response.Headers.Append(name, value);
            }

            if (body.Length > 0)
            {
                await context.Response.WriteAsync(body);
            }
        };

    public static Func<HttpContext, Task> Error(int status, string code, params (string, string)[] headers) =>
        Json(status, $$"""{"error":"{{code}}","message":"Scripted","request_id":"req_9"}""", headers);
}
