namespace Cycles.Extensions.AI;

/// <summary>What a call cost out of the hold of a run, or several calls of one model or tool together.</summary>
/// <param name="Tally">The books of the call's own run, which may be inside the one that holds.</param>
/// <param name="Call">The call.</param>
/// <param name="Amount">What it cost.</param>
internal readonly record struct RunCharge(RunTally Tally, RunCall Call, long Amount)
{
    public RunCharge Plus(in RunCharge other) =>
        this with
        {
            Call = Call with { Estimate = RunTally.Sum(Call.Estimate, other.Call.Estimate) },
            Amount = Amount + other.Amount,
        };
}
