namespace Cycles.Extensions.AI;

/// <summary>What one call cost out of the hold of a run.</summary>
/// <param name="Run">The call's own run, which may be inside the one that holds.</param>
/// <param name="Call">The call.</param>
/// <param name="Amount">What it cost.</param>
internal readonly record struct RunCharge(CyclesRun Run, RunCall Call, long Amount);
