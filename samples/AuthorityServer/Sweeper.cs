using Cycles.Authority;

namespace AuthorityServer;

/// <summary>Gives back the holds, and forgets the old records, of tenants that nobody uses.</summary>
internal sealed class Sweeper(EmbeddedAuthority authority) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                authority.Sweep();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
