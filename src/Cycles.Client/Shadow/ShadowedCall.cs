namespace Cycles;

/// <summary>A call that ran in shadow mode, and that would have been refused. Immutable.</summary>
public sealed record ShadowedCall
{
    /// <summary>When it was settled.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What was done.</summary>
    public required CyclesAction Action { get; init; }

    /// <summary>Who did it, and for whom.</summary>
    public required Subject Subject { get; init; }

    /// <summary>Why it would have been refused, and what it asked for.</summary>
    public required Denial Denial { get; init; }

    /// <summary>What it cost, which the refusal would have saved; 0 where it failed.</summary>
    public required Amount Saved { get; init; }
}
