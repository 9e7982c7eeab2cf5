namespace Cycles.Extensions.AI;

/// <summary>The answer to a tool call that asked: it may run, and is settled afterwards, or it was denied.</summary>
internal sealed class ToolHold(CallHold? hold, ToolTerms terms)
{
    /// <summary>Why the tool must not run; null when it may.</summary>
    public ToolDenial? Denial { get; init; }

    /// <summary>Whether nobody was asked for the call, because it costs nothing.</summary>
    public bool IsFree => hold is null && Denial is null;

    /// <summary>The call as the books of a run name it.</summary>
    public RunCall Call(ToolCall call) => call.In(terms);

    /// <summary>What becomes of a call that was denied.</summary>
    public DenialMode Mode { get; init; }

    /// <summary>
    /// Settles the call: it costs what was held. Of one that failed the hold goes back, unless the tool may have done
    /// something all the same. Never throws.
    /// </summary>
    public ValueTask SettleAsync(bool failed) =>
        hold is null ? default
        : !failed ? hold.CommitAsync(hold.Estimate, ActualSource.Reported)
        : terms.HasSideEffects == true ? hold.CommitAsync(hold.Estimate, ActualSource.Estimate)
        : hold.ReleaseAsync("tool_failed");
}
