namespace Cycles.Extensions.AI;

/// <summary>What a run may do, and what the runs around it may: their limits hold for whatever happens inside them.</summary>
internal sealed class RunLimits(CyclesRun run, RunOptions options, TimeProvider time)
{
    private readonly RunToolCalls _toolCalls = new();
    private readonly int? _maxSameCalls = options.MaxSameCalls;
    private readonly int _maxDenials = options.MaxDenials;
    private Caps? _caps;

    public RunSteps Steps { get; } = new(run, options.MaxSteps, options.Cooldown, time, run.Around?.Limits.Steps);

    /// <summary>What the authority told the run's models to keep to, the last time that it let one through.</summary>
    public Caps? Caps => Volatile.Read(ref _caps);

    /// <summary>Takes note of the caps of a hold.</summary>
    public void Note(Caps? caps)
    {
        Volatile.Write(ref _caps, caps);
        Steps.Note(caps);
    }

    /// <summary>Notes a tool call, unless that is done.</summary>
    /// <returns>The limit that it went past; null where it may be made.</returns>
    public int? NoteCall(ToolCall call, bool isNoted)
    {
        int? passed = null;
        string? key = null;
        for (var at = run; at is not null; at = at.Around)
        {
            if (at.Limits._maxSameCalls is { } most)
            {
                key ??= RunToolCalls.KeyOf(call);
                passed = at.Limits._toolCalls.AddCall(key, isNoted ? 0 : 1) > most ? passed ?? most : passed;
            }
        }

        return passed;
    }

    /// <summary>Notes the denial of a tool call.</summary>
    /// <returns>What becomes of the call: past the limit, a text for the model is not enough.</returns>
    public DenialMode NoteDenial(ToolCall call, Denial denial, DenialMode mode)
    {
        var key = RunToolCalls.KeyOf(call);
        var becomes = mode;
        for (var at = run; at is not null; at = at.Around)
        {
            if (at.Limits._toolCalls.AddDenial(key) >= at.Limits._maxDenials && mode == DenialMode.Skip)
            {
                becomes = DenialMode.Terminate;
                at.EndedBy(denial);
            }
        }

        if (becomes != DenialMode.Skip)
        {
            run.EndedBy(denial);
        }

        return becomes;
    }
}
