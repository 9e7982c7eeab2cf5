using System.Runtime.ExceptionServices;

namespace Cycles;

/// <summary>
/// The last handler before the wire, where an application may have put others above it: whatever they do, what changes
/// anything goes out once. Who sends it again gets the first outcome again, so that the client hears of it.
/// </summary>
internal sealed class OncePerAttempt(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (request is not AttemptMessage attempt)
        {
            // Nobody can tell whether the original went out already. A copy of a read does no harm.
            return request.Method == HttpMethod.Get
                ? await base.SendAsync(request, cancellationToken).ConfigureAwait(false)
                : throw new HttpRequestException(
                    "a handler of the application sent a copy of the request, which may have gone out already; handlers below a CyclesClient have to pass on the request that they got"
                );
        }

        if (!attempt.TrySend())
        {
            return Again(attempt);
        }

        try
        {
            var response = await base.SendAsync(attempt, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode < 400)
            {
                return response;
            }

            attempt.Refusal = await RefusedAnswer.ReadAsync(response, cancellationToken).ConfigureAwait(false);
            return attempt.Refusal.Again();
        }
        catch (Exception e)
        {
            attempt.Failure = e;
            throw;
        }
    }

    private static HttpResponseMessage Again(AttemptMessage attempt)
    {
        if (attempt.Refusal is { } refusal)
        {
            return refusal.Again();
        }

        if (attempt.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        throw new HttpRequestException(
            "a handler of the application sent the request again, which had gone out already; one attempt is one request"
        );
    }
}
