using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>Says no to tool calls, and tells whoever wants to know.</summary>
internal sealed class ToolRefusals(Action<ToolDenial>? onDenied, ILogger log)
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

    /// <summary>The authority's own no, which the client has logged.</summary>
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

        return new ToolHold(hold: null, terms) { Denial = denied };
    }

    private ToolHold Refuse(
        ToolCall call,
        ToolTerms terms,
        ReasonCode reason,
        string message,
        TimeSpan? retryAfter = null
    )
    {
        ToolLog.Refused(log, call.Name, reason);
        return Deny(
            call,
            terms,
            new Denial
            {
                ReasonCode = reason,
                Message = message,
                Requested = terms.Estimate ?? default,
                RetryAfter = retryAfter,
            }
        );
    }
}
