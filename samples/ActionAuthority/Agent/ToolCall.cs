namespace ActionAuthority;

/// <summary>How the agent uses a tool: by name, with text, for text.</summary>
internal delegate Task<string> ToolCall(string tool, string argument);
