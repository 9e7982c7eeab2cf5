using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>The answer to a tool call that asked: it may run, and is settled afterwards, or it was denied.</summary>
internal sealed class ToolHold(ReservationGuard? guard, ToolTerms terms, ILogger log)
{
    private const string Failed = "tool_failed";

    /// <summary>Why the tool must not run; null when it may.</summary>
    public ToolDenial? Denial { get; init; }

    public DenialMode Mode => terms.WhenDenied ?? DenialMode.Skip;

    /// <summary>
    /// Settles the call: it costs what was held. Of one that failed the hold goes back, unless the tool may have done
    /// something all the same.
    /// </summary>
    public Task SettleAsync(bool failed) =>
        guard is null ? Task.CompletedTask
        : failed && terms.HasSideEffects != true ? guard.ReleaseAsync(Failed)
        : CommitAsync(guard);

    /// <summary>Never throws: a settlement that fails must not hide what the tool returned or threw.</summary>
    private async Task CommitAsync(ReservationGuard held)
    {
        try
        {
            await held.CommitAsync(held.Estimate).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CyclesException or InvalidOperationException)
        {
            ToolLog.CommitFailed(log, held.Action.Name, held.ReservationId, e);
        }
    }
}
