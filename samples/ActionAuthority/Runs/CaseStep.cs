namespace ActionAuthority;

/// <summary>One use of a tool.</summary>
internal readonly record struct CaseStep(string Tool, ToolOutcome Outcome);
