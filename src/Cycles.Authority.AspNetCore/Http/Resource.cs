using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Cycles.Authority;

/// <summary>
/// One path and what can be done there. Whatever happens, the answer has the ids of the request and, when it is a
/// refusal, the protocol's error body.
/// </summary>
internal sealed partial class Resource
{
    private readonly AuthorityHost _host;
    private readonly ExactPath _path;
    private readonly Dictionary<string, Func<Exchange, Task>> _operations;
    private readonly string _allowed;

    private Resource(AuthorityHost host, string pattern, (string Method, Func<Exchange, Task> Operation)[] operations)
    {
        _host = host;
        _path = new ExactPath(pattern);
        _operations = operations.ToDictionary(entry => entry.Method, entry => entry.Operation, StringComparer.Ordinal);
        _allowed = string.Join(", ", operations.Select(entry => entry.Method));
    }

    public static void Map(
        IEndpointRouteBuilder endpoints,
        AuthorityHost host,
        string pattern,
        params (string Method, Func<Exchange, Task> Operation)[] operations
    ) => endpoints.Map(pattern, new Resource(host, pattern, operations).HandleAsync).WithDisplayName(pattern);

    /// <summary>What nothing else matches: 404.</summary>
    public static IEndpointConventionBuilder MapUnknown(
        IEndpointRouteBuilder endpoints,
        AuthorityHost host,
        string pattern
    ) => endpoints.Map(pattern, new Resource(host, "", []).HandleAsync).WithDisplayName(pattern);

    private async Task HandleAsync(HttpContext http)
    {
        var exchange = Exchange.Begin(http);
        try
        {
            await DispatchAsync(exchange).ConfigureAwait(false);
        }
        catch (BadHttpRequestException bad) when (exchange.TryStartOver())
        {
            // The server could not read the body: too slow, cut off, malformed chunks.
            await exchange
                .RefuseAsync(HostErrors.Invalid(bad.StatusCode, "The request's body could not be read."))
                .ConfigureAwait(false);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there any more to be answered.
        }
        catch (Exception failure)
        {
            LogFailure(_host.Logger, failure, exchange.RequestId, exchange.TraceId, exchange.Tenant);
            if (!exchange.TryStartOver())
            {
                http.Abort();
                return;
            }

            await exchange.RefuseAsync(HostErrors.Internal()).ConfigureAwait(false);
        }
    }

    private Task DispatchAsync(Exchange exchange)
    {
        if (IsHeavy(exchange.Request.Headers))
        {
            return exchange.RefuseAsync(
                HostErrors.Invalid(
                    StatusCodes.Status431RequestHeaderFieldsTooLarge,
                    $"The request's headers must be at most {_host.MaxRequestHeadersLength} characters together."
                )
            );
        }

        var path = exchange.Request.Path.Value ?? "";
        if (_operations.Count == 0 || !_path.Matches(path))
        {
            return exchange.RefuseAsync(HostErrors.UnknownPath(path));
        }

        if (!_operations.TryGetValue(exchange.Request.Method, out var operation))
        {
            exchange.Http.Response.Headers.Allow = _allowed;
            return exchange.RefuseAsync(HostErrors.WrongMethod(exchange.Request.Method, _allowed));
        }

        return operation(exchange);
    }

    private bool IsHeavy(IHeaderDictionary headers)
    {
        var length = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                length += name.Length + (value?.Length ?? 0);
            }
        }

        return length > _host.MaxRequestHeadersLength;
    }

    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Error,
        Message = "Request {RequestId} of tenant {Tenant} failed (trace {TraceId})."
    )]
    private static partial void LogFailure(
        ILogger logger,
        Exception failure,
        string requestId,
        string traceId,
        string? tenant
    );
}
