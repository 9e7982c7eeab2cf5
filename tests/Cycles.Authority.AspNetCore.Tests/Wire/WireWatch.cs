using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>Stands before an authority and holds each request and each answer against the protocol's schemas.</summary>
internal sealed class WireWatch
{
    private readonly ConcurrentQueue<string> _problems = new();

    /// <summary>What was wrong so far.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>As a middleware; the operator's side is none of the protocol's.</summary>
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.Value!.Contains("/v1/", StringComparison.Ordinal))
        {
            await AnswerAsync(context, await ReadAsync(context), next);
        }
        else
        {
            await next(context);
        }
    }

    /// <summary>Reads a request whole, and leaves it to be read again.</summary>
    public static async Task<WireRequest> ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        context.Request.Body = new MemoryStream(body.ToArray());
        return new WireRequest(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(
                header => header.Key,
                header => header.Value.ToArray().OfType<string>().ToArray(),
                StringComparer.OrdinalIgnoreCase
            ),
            body.ToArray()
        );
    }

    /// <summary>Reads and checks a request.</summary>
    public async Task<WireRequest> ReadAsync(HttpContext context)
    {
        var request = await ReceiveAsync(context);
        Keep(request, WireCheck.Problem(request));
        return request;
    }

    /// <summary>Lets the authority answer and checks what it says.</summary>
    public async Task AnswerAsync(HttpContext context, WireRequest request, RequestDelegate next)
    {
        var wire = context.Response.Body;
        using var body = new MemoryStream();
        context.Response.Body = body;
        await next(context);
        context.Response.Body = wire;
        var problem = WireCheck.Problem(
            request,
            context.Response.StatusCode,
            context.Response.ContentType,
            body.ToArray()
        );
        Keep(request, problem);
        body.Position = 0;
        await body.CopyToAsync(wire, context.RequestAborted);
    }

    private void Keep(WireRequest request, string? problem)
    {
        if (problem is not null)
        {
            _problems.Enqueue($"{request.Method} {request.Target}: {problem}");
        }
    }
}
