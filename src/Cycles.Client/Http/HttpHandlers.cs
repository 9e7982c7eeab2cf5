using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Cycles;

/// <summary>What lies below a request: pooled connections, and a few repeats of what only reads.</summary>
internal static class HttpHandlers
{
    /// <summary>How often a read is repeated at most.</summary>
    public const int MostRepeats = 2;

    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// For a client without a container: its handlers, and all that they hold, go with it. No <see cref="HttpClient"/>,
    /// which adds defaults and a timeout that nobody could set here, at a price for every request.
    /// </summary>
    public static HttpMessageInvoker NewInvoker(CyclesClientOptions options)
    {
        var sockets = new SocketsHttpHandler();
        Configure(sockets, options);
        return new HttpMessageInvoker(RepeatReads(sockets));
    }

    public static void Configure(SocketsHttpHandler handler, CyclesClientOptions options)
    {
        // A redirected POST may become a GET, and would hand the key to another address.
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.ConnectTimeout = options.ConnectTimeout;

        // Connections that last for ever would never see a change of the name's addresses.
        handler.PooledConnectionLifetime = ConnectionLifetime;
    }

    /// <summary>
    /// Repeats a GET up to twice, within its attempt's deadline, where no answer came or a 5xx. Nothing else: what
    /// changes anything is repeated above the seam, with the right key. A Retry-After is the caller's to heed.
    /// </summary>
    public static HttpMessageHandler RepeatReads(HttpMessageHandler inner)
    {
        var retry = new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = MostRepeats,
            Delay = TimeSpan.FromMilliseconds(100),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldRetryAfterHeader = false,
            ShouldHandle = static arguments => new ValueTask<bool>(
                arguments.Outcome switch
                {
                    { Exception: HttpRequestException } => true,
                    { Result: { } response } => (int)response.StatusCode >= 500
                        && !response.Headers.NonValidated.Contains(HttpHeaderNames.RetryAfter),
                    _ => false,
                }
            ),
        };
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>().AddRetry(retry).Build();
        return new ReadsApart(new ResilienceHandler(pipeline), inner);
    }
}
