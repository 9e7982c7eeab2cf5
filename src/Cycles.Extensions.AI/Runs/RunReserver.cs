using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>Asks for what a run holds for itself.</summary>
internal sealed class RunReserver(CyclesRun run, ILogger log)
{
    private readonly CyclesAction _action = new("agent.run", run.Name);

    /// <returns>Why the run must not begin, in the authority's opinion; null when it may.</returns>
    public async Task<Denial?> AskAsync(Amount expected)
    {
        if (run.Shadow is not null)
        {
            // What the calls would have saved shows at the calls.
            var attempt = await run.Cycles.TryReserveAsync(_action, expected, NewOptions()).ConfigureAwait(false);
            await attempt.Guard!.ReleaseAsync().ConfigureAwait(false);
            return null;
        }

        var opinion = await run.Cycles.DecideAsync(_action, expected, NewOptions()).ConfigureAwait(false);
        return opinion.Decision != Decision.Deny
            ? null
            : new Denial
            {
                ReasonCode = opinion.ReasonCode ?? new ReasonCode("DENY"),
                Message = $"The authority expects the run '{run.Name}' to fail.",
                Requested = expected,
                RetryAfter = RetryAfterMs.Of(opinion.RetryAfterMs) ?? opinion.ResponseMetadata.RetryAfter,
                AffectedScopes = opinion.AffectedScopes ?? [],
                Metadata = opinion.ResponseMetadata,
            };
    }

    /// <summary>Out of the hold of a run around, so that it stays one hold; else from the authority.</summary>
    public async Task<(RunGrant? Grant, Denial? Denial)> ReserveAsync(Amount amount)
    {
        if (RunCallReserver.HoldFor(run.Around, run.Cycles, run.SubjectOf(null), amount.Unit, run.Shadow) is { } around)
        {
            var part = around.TryTake(amount, out var denial, isForRun: true);
            if (part is not null || denial is not null)
            {
                return part is not null ? (new RunGrant(part), null)
                    : run.Shadow is { } shadow ? Shadowed(shadow, denial!)
                    : (null, denial);
            }
        }

        var attempt = await run.Cycles.TryReserveAsync(_action, amount, NewOptions()).ConfigureAwait(false);
        return (attempt.Guard is { } guard ? new RunGrant(guard) : null, attempt.Denial);
    }

    /// <summary>The run goes on all the same, on what the runs around it hold.</summary>
    private (RunGrant?, Denial?) Shadowed(ShadowReport shadow, Denial denial)
    {
        var call = new RunCall(run.Name, denial.Requested with { Value = 0 }, IsTool: false);
        var request = new RunRequest(call, _action, run.SubjectOf(null), Key: null, shadow);
        new UnheldCall(shadow, request, denial, run.Clock, log).Settle(call.Estimate);
        return (null, null);
    }

    private ReserveOptions NewOptions() =>
        new()
        {
            Subject = run.SubjectOf(null),
            IdempotencyKey = run.NewKey(),
            Shadow = run.Shadow,
            // What Cancel cancels is how a loss is known; the settlement is the same.
            LeasePolicy = LeasePolicy.Cancel,
        };
}
