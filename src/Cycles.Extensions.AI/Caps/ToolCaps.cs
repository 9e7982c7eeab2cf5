using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// Which tools a <see cref="Caps"/> leaves. The same rule hides a tool from the model and refuses it when it is called.
/// </summary>
internal static class ToolCaps
{
    /// <summary>Whether the lists leave the tool.</summary>
    public static bool Allows(Caps? caps, AITool tool) => caps is null || caps.Allows(ToolNames.Of(tool));
}
