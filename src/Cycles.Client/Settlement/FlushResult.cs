namespace Cycles;

/// <summary>What <see cref="CyclesClient.FlushAsync"/> found. Holds that are being given back are not counted.</summary>
/// <param name="Settled">Settlements that ended well during this flush.</param>
/// <param name="Rejected">Settlements that were refused for good during this flush, and reported.</param>
/// <param name="Pending">Settlements that are still open; they go on in the background.</param>
public readonly record struct FlushResult(int Settled, int Rejected, int Pending);
