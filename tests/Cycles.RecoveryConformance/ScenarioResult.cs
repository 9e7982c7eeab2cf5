namespace Cycles.RecoveryConformance;

/// <summary>What the adapter answers.</summary>
/// <param name="ScenarioId">The scenario.</param>
/// <param name="Passed">Whether tests ran for it, and none failed.</param>
/// <param name="NativeTests">The NUnit tests that ran.</param>
/// <param name="Diagnostic">What went wrong; null when nothing did.</param>
internal sealed record ScenarioResult(
    string ScenarioId,
    bool Passed,
    IReadOnlyList<string> NativeTests,
    string? Diagnostic = null
);
