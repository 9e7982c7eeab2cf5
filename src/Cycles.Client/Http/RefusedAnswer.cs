namespace Cycles;

/// <summary>A 4xx or 5xx that can be given again, when whoever got it first has thrown it away.</summary>
internal sealed class RefusedAnswer
{
    private readonly HttpResponseMessage _head;
    private readonly byte[] _body;

    private RefusedAnswer(HttpResponseMessage head, byte[] body)
    {
        _head = head;
        _body = body;
    }

    /// <summary>Reads it whole. Where that fails the status and the headers are all of it, and they count.</summary>
    public static async Task<RefusedAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using (response)
        {
            try
            {
                using var body = await ResponseBody
                    .ReadAsync(response.Content, cancellationToken)
                    .ConfigureAwait(false);
                return new RefusedAnswer(response, body.Bytes.ToArray());
            }
            catch (Exception)
            {
                return new RefusedAnswer(response, []);
            }
        }
    }

    public HttpResponseMessage Again()
    {
        var answer = new HttpResponseMessage(_head.StatusCode)
        {
            ReasonPhrase = _head.ReasonPhrase,
            Version = _head.Version,
            RequestMessage = _head.RequestMessage,
            Content = new ByteArrayContent(_body),
        };
        foreach (var (name, values) in _head.Headers.NonValidated)
        {
            answer.Headers.TryAddWithoutValidation(name, values);
        }

        answer.Content.Headers.ContentType = _head.Content.Headers.ContentType;
        return answer;
    }
}
