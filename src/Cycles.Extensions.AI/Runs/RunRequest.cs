namespace Cycles.Extensions.AI;

/// <summary>What one call in a run asks for.</summary>
/// <param name="Call">As the books name it.</param>
/// <param name="Action">What will be done.</param>
/// <param name="Subject">Who acts, the run included.</param>
/// <param name="Key">What tells the call from others of the run; null for a number.</param>
/// <param name="Shadow">Where it goes in shadow mode; null outside it.</param>
internal readonly record struct RunRequest(
    RunCall Call,
    CyclesAction Action,
    Subject? Subject,
    string? Key,
    ShadowReport? Shadow
);
