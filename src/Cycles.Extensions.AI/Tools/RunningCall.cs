namespace Cycles.Extensions.AI;

/// <summary>A call that a guard runs, for the guards that it comes to further in.</summary>
internal sealed class RunningCall(ToolGuard around, ToolCall running, ToolHold hold, CyclesRun? run)
{
    private readonly bool _isShadowed = around.Shadow is not null;
    private int _passedOn;

    /// <summary>
    /// Whether it is this very call, in another guard: it goes by the same name and carries the same arguments object. Where
    /// the same guard runs it, the tool calls itself.
    /// </summary>
    public bool Is(ToolGuard guard, ToolCall call) =>
        around != guard
        && ReferenceEquals(running.Arguments, call.Arguments)
        && string.Equals(running.Name, call.Name, StringComparison.Ordinal);

    /// <summary>Whether it is asked for already. In shadow mode nobody has paid for a real one, and for a free one neither.</summary>
    public bool Covers(ToolGuard guard) => !hold.IsFree && (!_isShadowed || guard.Shadow is not null);

    /// <summary>From now on the guard that it came to counts it, and no longer the one around.</summary>
    /// <returns>False where it came to one before, and this is another attempt.</returns>
    public bool TryPassOn()
    {
        if (Interlocked.Exchange(ref _passedOn, 1) != 0)
        {
            return false;
        }

        run?.Tally.Refused(hold.Call(running));
        return true;
    }
}
