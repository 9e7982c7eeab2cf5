namespace Cycles.Extensions.AI;

/// <summary>A part of a run's hold: one call's, or the whole hold of a run inside.</summary>
internal sealed class RunPart(RunHold hold, Amount estimate, bool isForRun)
{
    public RunHold Hold => hold;

    public Amount Estimate => estimate;

    /// <summary>Whether a run inside holds it, and not a call.</summary>
    public bool IsForRun => isForRun;

    /// <summary>What of it is neither spent nor given back. Guarded by the hold.</summary>
    public long Left { get; set; } = estimate.Value;

    /// <summary>Spends out of it, or more than it.</summary>
    /// <returns>Whether the hold still pays.</returns>
    public bool TryCharge(in RunCharge charge) => hold.TryCharge(this, charge);

    /// <summary>Gives back what is left.</summary>
    public void Close() => hold.Close(this);
}
