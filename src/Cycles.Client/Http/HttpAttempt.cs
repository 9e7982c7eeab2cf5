using System.Diagnostics;
using System.Net.Sockets;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Cycles;

/// <summary>What is known about an attempt so far, and how to say why its outcome is not.</summary>
internal sealed class HttpAttempt(string operation, int success, TimeSpan deadline, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private bool _identified;
    private AttemptMessage? _request;

    public int Status { get; private set; }

    /// <summary>Whether the answer is a 4xx or 5xx, whatever its body says.</summary>
    public bool IsRefused => Status is >= 400 and <= 599;

    public CyclesResponseMetadata Metadata { get; private set; } = CyclesResponseMetadata.None;

    /// <summary>Since its start, by a monotonic clock.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>The key is there.</summary>
    public void Identified() => _identified = true;

    /// <summary>From here on the request may arrive.</summary>
    public void Sent(AttemptMessage request) => _request = request;

    /// <exception cref="CyclesTransportException">Its status is neither the documented one nor a refusal.</exception>
    public void Answered(HttpResponseMessage response)
    {
        Status = (int)response.StatusCode;
        Metadata = HttpMetadata.Read(response);
        if (Status != success && !IsRefused)
        {
            throw Unknown(
                Status is >= 300 and < 400
                    ? $"it was answered with {Status}, and redirects are not followed"
                    : $"it was answered with {Status} where {success} is documented",
                cause: null
            );
        }
    }

    public CyclesTransportException Invalid(string why, Exception? cause) =>
        Unknown($"it was answered with {Status} and a body that is not valid: {why}", cause);

    public CyclesTransportException Broken(Exception cause, bool deadlinePassed)
    {
        if (_request is null)
        {
            // A key's provider may say the key in its message, so that one is not repeated.
            var why =
                _identified ? $"the request could not be made ({cause.GetType().Name}: {cause.Message.TrimEnd('.')})"
                : deadlinePassed ? $"there was no API key within {deadline.TotalSeconds} s"
                : $"the API key could not be had ({cause.GetType().Name})";
            return New($"{operation} was not sent: {why}.", cause, nobodyAnswered: false);
        }

        if (deadlinePassed)
        {
            return Unknown(
                Status == 0
                    ? $"no answer came within {deadline.TotalSeconds} s"
                    : $"it was answered with {Status}, but the body did not end within {deadline.TotalSeconds} s",
                cause
            );
        }

        return Unknown(
            Status == 0
                ? $"no answer came ({Reason(cause)})"
                : $"it was answered with {Status}, but the body could not be read ({Reason(cause)})",
            cause,
            nobodyAnswered: IsOutage(cause)
        );
    }

    /// <summary>
    /// Whether it looks as if no answer had come, here or in a handler of the application's. A whole answer that is no HTTP is
    /// one all the same, and any other fault of a handler, or a client that was disposed meanwhile, says nothing of the
    /// authority.
    /// </summary>
    private static bool IsOutage(Exception? cause) =>
        cause switch
        {
            OperationCanceledException or SocketException or TimeoutRejectedException => true,
            BrokenCircuitException => IsOutage(cause.InnerException),
            HttpRequestException e => e.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError
                or HttpRequestError.ResponseEnded => true,
                HttpRequestError.Unknown => e.InnerException is IOException || IsOutage(e.InnerException),
                // As HTTP/2 calls a connection that is reset before it has begun.
                HttpRequestError.InvalidResponse => e.GetBaseException() is SocketException,
                _ => false,
            },
            _ => false,
        };

    /// <summary>A connection that took too long comes as a cancellation that nobody asked for, with the reason within.</summary>
    private static string Reason(Exception cause) =>
        cause is OperationCanceledException { InnerException: { } inner } ? inner.Message : cause.Message;

    private CyclesTransportException Unknown(string why, Exception? cause, bool nobodyAnswered = true) =>
        New($"The outcome of {operation} is unknown: {why.TrimEnd('.')}.", cause, nobodyAnswered);

    private CyclesTransportException New(string message, Exception? cause, bool nobodyAnswered)
    {
        // Without an answer the trace that was sent is the only thread to pull.
        var metadata =
            Metadata.TraceId is null && Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity
                ? Metadata with
                {
                    TraceId = activity.TraceId.ToHexString(),
                }
                : Metadata;
        return new CyclesTransportException(message, Status == 0 ? null : Status, metadata, cause)
        {
            NobodyAnswered = nobodyAnswered && Status == 0 && _request?.Refusal is null,
        };
    }
}
