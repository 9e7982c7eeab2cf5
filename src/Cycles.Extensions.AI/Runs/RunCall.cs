namespace Cycles.Extensions.AI;

/// <summary>A call as the books of a run name it.</summary>
internal readonly record struct RunCall(string Name, Amount Estimate, bool IsTool);
