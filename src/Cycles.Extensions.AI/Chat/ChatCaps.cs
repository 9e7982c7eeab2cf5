using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>Puts caps on the options of a call: on a clone, so that the caller's instance and its own type survive.</summary>
internal static class ChatCaps
{
    /// <returns>The same instance where the caps change nothing.</returns>
    public static ChatOptions? Apply(Caps? caps, ChatOptions? options)
    {
        if (caps is null)
        {
            return options;
        }

        var most = MaxOutputTokens(caps, options);
        var tools = Tools(caps, options);
        if (most == options?.MaxOutputTokens && tools is null)
        {
            return options;
        }

        var capped = options?.Clone() ?? new ChatOptions();
        capped.MaxOutputTokens = most;
        if (tools is not null)
        {
            Hide(capped, tools);
        }

        return capped;
    }

    /// <summary>How much output a caller bounds a call to; some providers take a number below 0 for no bound at all.</summary>
    public static int? BoundOf(ChatOptions? options) => options?.MaxOutputTokens is { } bound and >= 0 ? bound : null;

    private static int? MaxOutputTokens(Caps caps, ChatOptions? options)
    {
        if (caps.MaxTokens is not { } cap)
        {
            return options?.MaxOutputTokens;
        }

        var most = (int)Math.Min(cap, int.MaxValue);
        return BoundOf(options) is { } asked ? Math.Min(asked, most) : most;
    }

    /// <summary>What is left of the tools; null where that is all of them.</summary>
    private static List<AITool>? Tools(Caps caps, ChatOptions? options)
    {
        if (options?.Tools is not { Count: > 0 } tools)
        {
            return null;
        }

        // Without a step left, the model can only answer.
        var left = caps.MaxStepsRemaining is 0 ? [] : tools.Where(tool => ToolCaps.Allows(caps, tool)).ToList();
        return left.Count < tools.Count ? left : null;
    }

    /// <summary>Providers refuse a mode that names or needs a tool which is not there.</summary>
    private static void Hide(ChatOptions capped, List<AITool> left)
    {
        if (left.Count == 0)
        {
            capped.Tools = null;
            capped.ToolMode = null;
            capped.AllowMultipleToolCalls = null;
            return;
        }

        capped.Tools = left;
        if (
            capped.ToolMode is RequiredChatToolMode { RequiredFunctionName: { } name }
            && !left.Exists(tool => string.Equals(tool.Name, name, StringComparison.Ordinal))
        )
        {
            capped.ToolMode = ChatToolMode.Auto;
        }
    }
}
