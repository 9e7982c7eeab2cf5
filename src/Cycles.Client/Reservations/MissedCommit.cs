namespace Cycles;

/// <summary>A commit that could not be sent because its arguments were wrong. It proves that the work ran.</summary>
/// <param name="Problem">What was wrong.</param>
/// <param name="Actual">The amount, when that was not what was wrong.</param>
internal sealed record MissedCommit(string Problem, Amount? Actual);
