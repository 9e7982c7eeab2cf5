namespace Cycles;

/// <summary>Sends what only reads through a handler that repeats it, and everything else past that at no cost.</summary>
internal sealed class ReadsApart : DelegatingHandler
{
    private readonly HttpMessageInvoker _reads;

    /// <param name="reads">For GETs; <paramref name="inner"/> becomes its own inner handler.</param>
    /// <param name="inner">For all else.</param>
    public ReadsApart(DelegatingHandler reads, HttpMessageHandler inner)
        : base(inner)
    {
        reads.InnerHandler = inner;
        _reads = new HttpMessageInvoker(reads);
    }

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    ) =>
        request.Method == HttpMethod.Get
            ? _reads.SendAsync(request, cancellationToken)
            : base.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _reads.Dispose();
        }

        base.Dispose(disposing);
    }
}
