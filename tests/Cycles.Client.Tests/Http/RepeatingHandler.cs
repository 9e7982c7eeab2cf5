namespace Cycles.Client.Tests;

/// <summary>What an application may have put above a client's requests: sends whatever did not succeed twice more.</summary>
internal sealed class RepeatingHandler(bool copies) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        for (var repeats = 0; ; repeats++)
        {
            var message = copies && repeats > 0 ? await CopyAsync(request) : request;
            try
            {
                var response = await base.SendAsync(message, cancellationToken);
                if (response.IsSuccessStatusCode || repeats == 2)
                {
                    return response;
                }

                response.Dispose();
            }
            catch (HttpRequestException) when (repeats < 2)
            {
                // Again.
            }
        }
    }

    private static async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri)
        {
            Content = request.Content is null
                ? null
                : new ByteArrayContent(await request.Content.ReadAsByteArrayAsync()),
        };
        foreach (var (name, values) in request.Headers)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        foreach (var (name, value) in request.Options)
        {
            copy.Options.Set(new HttpRequestOptionsKey<object?>(name), value);
        }

        if (copy.Content is not null)
        {
            copy.Content.Headers.ContentType = request.Content!.Headers.ContentType;
        }

        return copy;
    }
}
