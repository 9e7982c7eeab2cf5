namespace Cycles;

/// <summary>
/// Limits that come with <see cref="Decision.AllowWithCaps"/>: the action may run, within these (protocol schema
/// <c>Caps</c>). A missing limit restricts nothing.
/// </summary>
public sealed record Caps
{
    /// <summary>The most output tokens a model call may ask for; 0 or more.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>How many more steps the agent may take; 0 or more.</summary>
    public long? MaxStepsRemaining { get; init; }

    /// <summary>When not empty, the only tools that are allowed, by exact <see cref="CyclesAction.Name"/>.</summary>
    public IReadOnlyList<string>? ToolAllowlist { get; init; }

    /// <summary>Tools that are not allowed; ignored when <see cref="ToolAllowlist"/> is not empty.</summary>
    public IReadOnlyList<string>? ToolDenylist { get; init; }

    /// <summary>How long to wait before the next action, in milliseconds; 0 or more.</summary>
    public long? CooldownMs { get; init; }

    /// <summary>Whether a tool may be used: a non-empty allowlist rules alone, else the denylist, else everything.</summary>
    /// <param name="tool">The tool's name, compared case-sensitively with <see cref="CyclesAction.Name"/>.</param>
    /// <returns><see langword="true"/> when nothing forbids it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tool"/> is null.</exception>
    public bool Allows(string tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return ToolAllowlist is { Count: > 0 } allowed
            ? allowed.Contains(tool, StringComparer.Ordinal)
            : ToolDenylist is not { Count: > 0 } denied || !denied.Contains(tool, StringComparer.Ordinal);
    }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.Range("max_tokens", MaxTokens, 0, long.MaxValue)
        ?? Check.Range("max_steps_remaining", MaxStepsRemaining, 0, long.MaxValue)
        ?? Check.Items("tool_allowlist", ToolAllowlist, int.MaxValue, 256)
        ?? Check.Items("tool_denylist", ToolDenylist, int.MaxValue, 256)
        ?? Check.Range("cooldown_ms", CooldownMs, 0, long.MaxValue);
}
