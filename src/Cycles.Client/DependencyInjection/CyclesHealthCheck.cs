using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cycles;

/// <summary>
/// Says when known amounts stay unsettled for too long: an outage, a wrong key, or an authority that keeps throttling.
/// </summary>
/// <remarks>
/// Add it with <c>services.AddHealthChecks().AddCheck&lt;CyclesHealthCheck&gt;("cycles")</c>. It looks at this process
/// alone, and sends nothing. Thread-safe.
/// </remarks>
/// <param name="client">The client; one of its tenants stands for all of them.</param>
public sealed class CyclesHealthCheck(CyclesClient client) : IHealthCheck
{
    /// <summary>Compares the oldest unsettled amount with <see cref="CyclesClientOptions.MaxPendingAge"/>.</summary>
    /// <param name="context">Says which status stands for a failure; by default unhealthy.</param>
    /// <param name="cancellationToken">Not used: it answers at once.</param>
    /// <returns>
    /// Healthy, or the failure status; with the data <c>pending</c> (a number) and <c>oldest_pending_seconds</c>.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        var (count, age, limit) = client.PendingSettlements;
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["pending"] = count,
            ["oldest_pending_seconds"] = age.TotalSeconds,
        };
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{count} known amounts are unsettled, the oldest for {age.TotalSeconds:0} s."
        );
        return Task.FromResult(
            count > 0 && age > limit
                ? new HealthCheckResult(
                    context.Registration?.FailureStatus ?? HealthStatus.Unhealthy,
                    text,
                    exception: null,
                    data
                )
                : HealthCheckResult.Healthy(count == 0 ? null : text, data)
        );
    }
}
