using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// Which tools a <see cref="Caps"/> leaves. The same rule hides a tool from the model and refuses it when it is called.
/// </summary>
internal static class ToolCaps
{
    /// <summary>
    /// How a framework calls its own tools, where it offers them to models under other names; null for tools of others.
    /// Set by whatever guards in that framework, always to the same.
    /// </summary>
    public static Func<AITool, string?>? FrameworkName { get; set; }

    /// <summary>
    /// What a cap's lists are compared with: the name of the action that a guarded tool asks for, else the tool's own.
    /// </summary>
    public static string NameOf(AITool tool) =>
        tool.GetService<CyclesAction>()?.Name ?? FrameworkName?.Invoke(tool) ?? tool.Name;

    /// <summary>Whether the lists leave the tool.</summary>
    public static bool Allows(Caps? caps, AITool tool) => caps is null || caps.Allows(NameOf(tool));
}
