using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cycles.Extensions.AI;

/// <summary>Asks before a tool runs. Knows tools by name and by what they say of themselves, of no framework's kind.</summary>
internal sealed class ToolGuard
{
    private const string DefaultKind = "tool.call";

    private readonly CyclesClient _cycles;
    private readonly ToolPolicy _policy;
    private readonly ToolRules _rules;
    private readonly Subject? _subject;
    private readonly Func<ToolCall, Subject?>? _resolveSubject;
    private readonly Action<ToolDenial>? _onDenied;
    private readonly ILogger _log;

    public ToolGuard(CyclesClient cycles, ToolPolicy policy)
    {
        _cycles = cycles;
        _policy = policy;
        _rules = new ToolRules(policy);
        _subject = policy.Subject;
        _resolveSubject = policy.ResolveSubject;
        _onDenied = policy.OnDenied;
        _log = (policy.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Cycles.Extensions.AI");
    }

    /// <summary>What the tool's action will be called, as far as that is known before a call.</summary>
    public CyclesAction ActionOf(string tool, ToolTerms declared) =>
        new(_rules.Entered(tool, declared).Kind ?? DefaultKind, tool);

    /// <summary>Takes note of a tool before it is called, so that it is on the list of the unconfigured ones at once.</summary>
    public void Meet(string tool, ToolTerms declared)
    {
        if (!_rules.DependsOnCall(tool, declared) && _rules.Entered(tool, declared).Estimate is null)
        {
            ReportUnconfigured(tool);
        }
    }

    /// <summary>Reserves for one call, or says why it must not run.</summary>
    /// <param name="call">The call.</param>
    /// <param name="declared">What the tool says of its cost.</param>
    /// <param name="caps">What the model's turn left, when that is known.</param>
    /// <param name="key">The reserve's idempotency key; null for a fresh one.</param>
    /// <param name="cancellationToken">Stops the wait for the authority.</param>
    public async ValueTask<ToolHold> BeginAsync(
        ToolCall call,
        ToolTerms declared,
        Caps? caps,
        string? key,
        CancellationToken cancellationToken
    )
    {
        var (terms, isConfigured) = _rules.Of(call, declared);
        if (!isConfigured)
        {
            ReportUnconfigured(call.Name);
        }

        if (terms.Estimate is not { } estimate)
        {
            return Denied(call, terms, ToolReasons.NotConfigured);
        }

        if (Excluded(caps, call.Name) is { } excluded)
        {
            return Denied(call, terms, excluded);
        }

        if (estimate.Value == 0)
        {
            return new ToolHold(guard: null, terms, _log);
        }

        var attempt = await ReserveAsync(call, terms, estimate, key, cancellationToken).ConfigureAwait(false);
        if (attempt.Denial is { } denial)
        {
            return Denied(call, terms, denial);
        }

        if (Excluded(attempt.Guard!.Caps, call.Name) is not { } capped)
        {
            return new ToolHold(attempt.Guard, terms, _log);
        }

        await attempt.Guard.ReleaseAsync(capped.Value, CancellationToken.None).ConfigureAwait(false);
        return Denied(call, terms, capped);
    }

    private async ValueTask<ReserveAttempt> ReserveAsync(
        ToolCall call,
        ToolTerms terms,
        Amount estimate,
        string? key,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await _cycles
                .TryReserveAsync(
                    new CyclesAction(terms.Kind ?? DefaultKind, call.Name),
                    estimate,
                    new ReserveOptions { Subject = SubjectOf(call, terms), IdempotencyKey = key },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A tool loop makes "Error: Function failed." of it, so here is where an operator learns of it.
            ToolLog.ReserveFailed(_log, call.Name, e);
            throw;
        }
    }

    private static ReasonCode? Excluded(Caps? caps, string tool) =>
        caps is null ? null
        : !caps.Allows(tool) ? ToolReasons.NotAllowed
        : caps.MaxStepsRemaining == 0 ? ToolReasons.NoStepsLeft
        : null;

    private Subject? SubjectOf(ToolCall call, ToolTerms terms)
    {
        var subject = _resolveSubject?.Invoke(call) ?? _subject;
        return terms.Toolset is { } toolset ? (subject ?? new Subject()) with { Toolset = toolset } : subject;
    }

    private ToolHold Denied(ToolCall call, ToolTerms terms, ReasonCode reason)
    {
        ToolLog.Refused(_log, call.Name, reason);
        return Denied(
            call,
            terms,
            new Denial
            {
                ReasonCode = reason,
                Message = ToolReasons.Explain(reason, call.Name),
                Requested = terms.Estimate ?? default,
            }
        );
    }

    private ToolHold Denied(ToolCall call, ToolTerms terms, Denial denial)
    {
        var denied = new ToolDenial { Tool = call.Name, Denial = denial };
        try
        {
            _onDenied?.Invoke(denied);
        }
        catch (Exception e)
        {
            ToolLog.CallbackFailed(_log, call.Name, e);
        }

        return new ToolHold(guard: null, terms, _log) { Denial = denied };
    }

    private void ReportUnconfigured(string tool)
    {
        if (_policy.AddUnconfigured(tool))
        {
            ToolLog.Unconfigured(_log, tool);
        }
    }
}
