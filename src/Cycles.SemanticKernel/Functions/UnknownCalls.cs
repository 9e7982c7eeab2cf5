using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using SkCall = Microsoft.SemanticKernel.FunctionCallContent;

namespace Cycles.SemanticKernel;

/// <summary>
/// The calls of a batch that a chat service refuses by itself, because it has no such function or did not offer it. No
/// filter sees them, so none could end the loop at the last call of a batch where that is one of them.
/// </summary>
internal static class UnknownCalls
{
    private const string Answer = "Error: There is no such function.";

    /// <summary>Ends the loop, unless a call of the batch is left that a filter will see.</summary>
    public static void EndLoop(AutoFunctionInvocationContext context)
    {
        var choice = SettingsCaps.ChoiceOf(
            context.ExecutionSettings,
            context.ChatHistory,
            context.Kernel,
            context.RequestSequenceIndex
        );
        if (choice?.Options.AllowConcurrentInvocation == true)
        {
            // Side by side all calls are answered, whatever one of them asks for.
            context.Terminate = true;
            return;
        }

        var left = SkCall.GetFunctionCalls(context.ChatMessageContent).Skip(context.FunctionSequenceIndex + 1).ToList();
        if (left.Exists(call => IsRun(call, context.Kernel, choice)))
        {
            return;
        }

        // One after the other, the service does not come to them any more.
        context.Terminate = true;
        foreach (var call in left)
        {
            var message = new ChatMessageContent(AuthorRole.Tool, Answer);
            message.Items.Add(new FunctionResultContent(call, Answer));
            context.ChatHistory.Add(message);
        }
    }

    private static bool IsRun(SkCall call, Kernel kernel, FunctionChoiceBehaviorConfiguration? choice) =>
        call.Exception is null
        && kernel.Plugins.TryGetFunction(call.PluginName, call.FunctionName, out var function)
        && (
            choice is null
            || choice.Functions?.Any(offered => KernelTool.NameOf(offered) == KernelTool.NameOf(function)) == true
        );
}
