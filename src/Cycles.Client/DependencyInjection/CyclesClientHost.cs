using Microsoft.Extensions.Hosting;

namespace Cycles;

/// <summary>
/// Makes the client when the host starts, so that what an earlier process left behind is settled although nobody acts yet,
/// and lets it settle when the host stops, while everything that it needs is still there.
/// </summary>
internal sealed class CyclesClientHost(Func<CyclesClient> client) : IHostedService
{
    private CyclesClient? _client;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _client = client();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_client is not { } running)
        {
            return;
        }

        try
        {
            await running.FlushAsync(running.DrainTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host's patience is over; what is open stays in the journal or is reported when the client goes.
        }
    }
}
