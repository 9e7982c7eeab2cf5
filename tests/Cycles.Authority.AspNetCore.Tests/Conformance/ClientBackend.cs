using Microsoft.AspNetCore.Builder;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>The client's own HTTP seam on the host, over connections as a client without a container has them.</summary>
public sealed class ClientBackend : HttpBackend
{
    /// <summary>A machine that stalls is no server that does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpMessageInvoker _http = HttpHandlers.NewInvoker(new() { ConnectTimeout = Patience });
    private readonly WireWatch _watch;

    public ClientBackend()
        : this(new WireWatch()) { }

    private ClientBackend(WireWatch watch)
        : base(app => app.Use(watch.HandleAsync)) => _watch = watch;

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await base.DisposeAsync();
        Assert.That(_watch.Problems, Is.Empty, "every request and answer is as the protocol has it");
    }

    protected override ICyclesAuthority Connect(string tenant, string key) =>
        new HttpCyclesAuthority(
            () => _http,
            new CyclesClientOptions
            {
                BaseUrl = Address,
                ApiKey = key,
                ConnectTimeout = Patience,
                ReadTimeout = Patience,
                Subject = new() { Tenant = tenant },
            }
        );
}
