namespace Cycles.Client.Tests;

/// <summary>The seam over HTTP with connections of its own.</summary>
internal sealed class HttpSeam(HttpMessageInvoker http, CyclesClientOptions options) : IDisposable
{
    public ICyclesAuthority Authority { get; } = new HttpCyclesAuthority(() => http, options);

    public void Dispose() => http.Dispose();
}
