using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Cycles.Authority;

/// <summary>One request and its answer: their ids, headers and body.</summary>
internal sealed class Exchange
{
    public const string JsonType = "application/json";

    private Exchange(HttpContext http)
    {
        Http = http;
        RequestId = RequestIds.Next();
        TraceId = TraceIds.Of(http.Request.Headers);
    }

    public HttpContext Http { get; }

    public HttpRequest Request => Http.Request;

    public string RequestId { get; }

    public string TraceId { get; }

    /// <summary>Who the request acts for, once known.</summary>
    public string? Tenant { get; private set; }

    /// <summary>Told the status just before an answer leaves; once, also where that one can't and another one does.</summary>
    public Action<int>? Answering { get; set; }

    /// <summary>Takes a request; from now on whatever is answered carries its ids.</summary>
    public static Exchange Begin(HttpContext http)
    {
        var exchange = new Exchange(http);
        exchange.WriteIds();
        return exchange;
    }

    /// <summary>Notes who the request acts for.</summary>
    public void ActFor(string tenant)
    {
        Tenant = tenant;
        Http.Response.Headers[WireHeaders.Tenant] = tenant;
    }

    /// <summary>A header's value, several joined by commas; null when it is absent.</summary>
    public string? Header(string name) => Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>A part of the path, as the route names it.</summary>
    public string Route(string name) => (string?)Request.RouteValues[name] ?? "";

    public async Task AnswerAsync<T>(int status, T value, JsonTypeInfo<T> type)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        var response = Http.Response;
        response.StatusCode = status;
        response.ContentType = JsonType;
        response.ContentLength = body.Length;
        var answering = Answering;
        Answering = null;
        answering?.Invoke(status);
        await response.BodyWriter.WriteAsync(body).ConfigureAwait(false);
    }

    /// <summary>Answers what the authority said.</summary>
    public Task AnswerAsync<T>(in CyclesResponse<T> response, JsonTypeInfo<T> type)
        where T : class =>
        response.IsSuccess ? AnswerAsync(response.Status, response.Value, type) : RefuseAsync(response.Error);

    public Task RefuseAsync(CyclesError error)
    {
        if (error.RetryAfter is { } wait)
        {
            var seconds = (long)Math.Ceiling(wait.TotalSeconds);
            Http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var body = new ErrorResponse
        {
            Error = error.RawCode ?? HostErrors.InternalCode,
            Message = error.Message,
            RequestId = RequestId,
            TraceId = TraceId,
            Details = error.Details,
        };
        return AnswerAsync(error.Status, body, WireJson.Errors.ErrorResponse);
    }

    /// <summary>Forgets what was prepared, where something went wrong on the way.</summary>
    /// <returns>Whether the answer has not begun yet.</returns>
    public bool TryStartOver()
    {
        if (Http.Response.HasStarted)
        {
            return false;
        }

        Http.Response.Clear();
        WriteIds();
        return true;
    }

    private void WriteIds()
    {
        var headers = Http.Response.Headers;
        headers[WireHeaders.RequestId] = RequestId;
        headers[WireHeaders.TraceId] = TraceId;
        if (Tenant is not null)
        {
            headers[WireHeaders.Tenant] = Tenant;
        }
    }
}
