using System.Text.Json;

namespace Cycles;

/// <summary>
/// One attempt: one request, one deadline around sending it and reading the whole answer, and one verdict. Success is
/// the documented status with a schema-valid body; every 4xx and 5xx is a value; anything else leaves the outcome open.
/// </summary>
internal sealed class HttpExchange(Func<HttpMessageInvoker> http, ApiKeys keys, TimeSpan deadline, TimeProvider time)
{
    public TimeSpan Deadline => deadline;

    /// <param name="operation">What is asked.</param>
    /// <param name="address">Where.</param>
    /// <param name="body">What to post; null for a GET.</param>
    /// <param name="idempotencyKey">The key in the body; null for a GET.</param>
    /// <param name="unit">The unit of the amount in the body; <c>default</c> where there is none.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="CyclesTransportException">The outcome is unknown; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async ValueTask<CyclesResponse<T>> SendAsync<T>(
        HttpOperation<T> operation,
        Uri address,
        ReadOnlyMemory<byte>? body,
        string? idempotencyKey,
        AmountUnit unit,
        CancellationToken cancellationToken
    )
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        var attempt = new HttpAttempt(operation.Name, operation.Success, deadline, time);
        using var timer = new CancellationTokenSource(deadline, time);
        using var linked = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken)
            : null;
        var token = linked?.Token ?? timer.Token;
        try
        {
            var apiKey = await keys.GetAsync(token).ConfigureAwait(false);
            attempt.Identified();
            var client = http();
            using var request = HttpRequests.New(client, address, body, idempotencyKey, apiKey);
            attempt.Sent(request);
            using var response = await SendAsync(client, request, token).ConfigureAwait(false);
            attempt.Answered(response);
            using var answer = await ResponseBody.ReadAsync(response.Content, token).ConfigureAwait(false);
            return attempt.IsRefused
                ? Refused(attempt, operation, unit, HttpErrors.Read(attempt.Status, answer.Bytes, attempt.Metadata))
                : Accepted(attempt, operation, unit, answer.Bytes);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Whatever form it takes on its way up, the caller gets what they asked for.
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e) when (attempt.IsRefused)
        {
            // The status arrived, and it is an answer.
            var how = $"and a body that could not be read ({e.Message})";
            return Refused(attempt, operation, unit, HttpErrors.Unreadable(attempt.Status, attempt.Metadata, how));
        }
        catch (Exception e) when (e is not CyclesTransportException)
        {
            throw attempt.Broken(e, timer.IsCancellationRequested);
        }
    }

    /// <summary>
    /// Until the headers. An invoker knows nothing else; an <see cref="HttpClient"/> would read the whole answer, without
    /// a bound, and through layers of its own.
    /// </summary>
    private static Task<HttpResponseMessage> SendAsync(
        HttpMessageInvoker client,
        HttpRequestMessage request,
        CancellationToken token
    ) =>
        client is HttpClient http
            ? http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token)
            : client.SendAsync(request, token);

    private static CyclesResponse<T> Accepted<T>(
        HttpAttempt attempt,
        HttpOperation<T> operation,
        AmountUnit unit,
        Span<byte> body
    )
        where T : class
    {
        T? value;
        try
        {
            value = operation.Read(body);
        }
        catch (JsonException e)
        {
            throw attempt.Invalid(e.Message, e);
        }

        if (value is null)
        {
            throw attempt.Invalid("it is null", cause: null);
        }

        if (operation.Validate(value, unit) is { } finding)
        {
            throw attempt.Invalid(finding.ToString(), cause: null);
        }

        return new CyclesResponse<T>(attempt.Status, value, attempt.Metadata, attempt.Elapsed);
    }

    private static CyclesResponse<T> Refused<T>(
        HttpAttempt attempt,
        HttpOperation<T> operation,
        AmountUnit unit,
        CyclesError error
    )
        where T : class =>
        new(operation.NeedsBudget ? MissingBudget.Explain(error, unit) : error, attempt.Metadata, attempt.Elapsed);
}
