using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>Says no to tool calls, and tells whoever wants to know.</summary>
internal sealed class ToolRefusals(
    Action<ToolDenial>? onDenied,
    Func<ShadowReport?> shadow,
    Subject? subject,
    TimeProvider time,
    ILogger log
)
{
    public ToolHold Unconfigured(ToolCall call, ToolTerms terms) =>
        Refuse(
            call,
            terms,
            LocalReasons.ToolUnconfigured,
            $"Nothing says what the tool '{call.Name}' costs: put [CyclesCost] on its method, or an entry or a default estimate into the tool policy; 0 lets it run without asking."
        );

    /// <summary>The refusal that caps call for; null where they leave the call.</summary>
    public ToolHold? ByCaps(Caps? caps, ToolCall call, ToolTerms terms) =>
        caps is null ? null
        : !caps.Allows(call.Name)
            ? Refuse(
                call,
                terms,
                LocalReasons.ToolNotAllowed,
                $"The authority's caps do not leave the tool '{call.Name}'."
            )
        : caps.MaxStepsRemaining is 0
            ? Refuse(
                call,
                terms,
                LocalReasons.NoStepsLeft,
                $"The authority's caps leave no step for the tool '{call.Name}'."
            )
        : null;

    public ToolHold CoolingDown(ToolCall call, ToolTerms terms, TimeSpan left, TimeSpan most) =>
        Refuse(
            call,
            terms,
            LocalReasons.CoolingDown,
            $"The authority asked for a pause that ends in {left.TotalSeconds} s, and MaxCooldown is {most.TotalSeconds} s.",
            left
        );

    public ToolHold Repeated(ToolCall call, ToolTerms terms, int most) =>
        Refuse(
            call,
            terms,
            LocalReasons.CallRepeated,
            $"The tool '{call.Name}' was called with the same arguments {most} times, and the run allows no more."
        );

    /// <summary>The no of the authority, or of a run's hold, which the client has logged and the run counted.</summary>
    public ToolHold Deny(ToolCall call, ToolTerms terms, Denial denial)
    {
        var denied = new ToolDenial { Tool = call.Name, Denial = denial };
        try
        {
            onDenied?.Invoke(denied);
        }
        catch (Exception e)
        {
            ToolLog.CallbackFailed(log, call.Name, e);
        }

        var mode = terms.WhenDenied ?? DenialMode.Skip;
        return new ToolHold(hold: null, terms)
        {
            Denial = denied,
            Mode = CyclesRun.Current?.Limits.NoteDenial(call, denial, mode) ?? mode,
        };
    }

    private ToolHold Refuse(
        ToolCall call,
        ToolTerms terms,
        ReasonCode reason,
        string message,
        TimeSpan? retryAfter = null
    )
    {
        var denial = new Denial
        {
            ReasonCode = reason,
            Message = message,
            Requested = terms.Estimate ?? default,
            RetryAfter = retryAfter,
        };
        if (shadow() is { } report)
        {
            return RunUnheld(report, denial, call, terms);
        }

        ToolLog.Refused(log, call.Name, reason);
        CyclesRun.Current?.Tally.Denied(call.In(terms));
        return Deny(call, terms, denial);
    }

    /// <summary>In shadow mode the tool runs, and the report learns that it would not have.</summary>
    private ToolHold RunUnheld(ShadowReport report, Denial denial, ToolCall call, ToolTerms terms)
    {
        var run = CyclesRun.Current;
        run?.Tally.LetThrough(call.In(terms));
        var request = new RunRequest(
            call.In(terms),
            new CyclesAction(terms.Kind ?? ToolGuard.DefaultKind, call.Name),
            run?.SubjectOf(subject) ?? subject,
            Key: null,
            report
        );
        denial = denial with { Requested = request.Call.Estimate };
        return new ToolHold(new CallHold(new UnheldCall(report, request, denial, time, log), log), terms);
    }
}
