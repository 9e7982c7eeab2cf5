namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>What holds for every answer, whatever was asked.</summary>
internal static class AnswerRules
{
    public static void Check(HttpMethod method, HttpResponseMessage response, Reply reply)
    {
        var problem = Find(response, reply, hasBody: method != HttpMethod.Head);
        if (problem is not null)
        {
            Assert.Fail($"{method} {response.RequestMessage?.RequestUri}: {problem}: {reply}");
        }
    }

    public static string? Find(HttpResponseMessage response, Reply reply, bool hasBody = true)
    {
        if (reply.Header("X-Request-Id") is not { Length: > 0 } requestId)
        {
            return "no X-Request-Id";
        }

        if (reply.Header("X-Cycles-Trace-Id") is not { Length: 32 } traceId)
        {
            return "no X-Cycles-Trace-Id";
        }

        if (response.Headers.Date is null)
        {
            return "no Date";
        }

        if (!hasBody)
        {
            return null;
        }

        if (response.Content.Headers.ContentType?.ToString() != "application/json")
        {
            return $"content type {response.Content.Headers.ContentType}";
        }

        if (reply.IsSuccess)
        {
            return null;
        }

        return WireSchemas.ErrorResponse(reply.Body, "$")
            ?? (reply.String("request_id") == requestId ? null : "request_id is not the header's")
            ?? (reply.String("trace_id") == traceId ? null : "trace_id is not the header's");
    }
}
