namespace ActionAuthority;

/// <summary>What came of one use of a tool.</summary>
/// <param name="Ran">Whether it ran; otherwise nothing has happened.</param>
/// <param name="Text">The tool's answer, or why it may not run.</param>
internal readonly record struct ToolOutcome(bool Ran, string Text);
