namespace Cycles;

/// <summary>What the guarded work returned, and how its cost was settled.</summary>
/// <typeparam name="T">The work's result.</typeparam>
/// <param name="Value">What the work returned. A settlement that is pending or refused never hides it.</param>
/// <param name="Settlement">How its cost was settled; look at <see cref="Settlement.Outcome"/>.</param>
public sealed record RunResult<T>(T Value, Settlement Settlement);
