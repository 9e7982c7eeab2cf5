using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>What a tool is called in requests, caps and policies.</summary>
internal static class ToolNames
{
    /// <summary>
    /// How a framework calls its own tools, where it offers them to models under other names; null for tools of others.
    /// Set by whatever guards in that framework, always to the same.
    /// </summary>
    public static Func<AITool, string?>? Framework { get; set; }

    /// <summary>How else a policy may spell the name of a framework's tool, the name itself first; set as the other.</summary>
    public static Func<string, IReadOnlyList<string>>? FrameworkSpellings { get; set; }

    /// <summary>The name of the action that a guarded tool asks for, else the framework's, else the tool's own.</summary>
    public static string Of(AITool tool) =>
        tool.GetService<CyclesAction>()?.Name ?? Framework?.Invoke(tool) ?? tool.Name;

    public static IReadOnlyList<string> SpellingsOf(string name) => FrameworkSpellings?.Invoke(name) ?? [name];
}
