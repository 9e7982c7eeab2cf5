using Cycles;

namespace RunawayAgent;

/// <summary>How a run ended.</summary>
/// <param name="Progress">Where it stood.</param>
/// <param name="Denial">The refusal that stopped it; null when its time was up.</param>
/// <param name="Ledger">What the authority has on record afterwards; empty without one.</param>
internal sealed record RunOutcome(RunProgress Progress, Denial? Denial, IReadOnlyList<Balance> Ledger);
