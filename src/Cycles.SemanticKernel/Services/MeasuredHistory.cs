using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using SkCall = Microsoft.SemanticKernel.FunctionCallContent;
using SkResult = Microsoft.SemanticKernel.FunctionResultContent;
using SkText = Microsoft.SemanticKernel.TextContent;

namespace Cycles.SemanticKernel;

/// <summary>A history as the token estimator knows it. It is only counted, so nothing but its size has to be right.</summary>
internal static class MeasuredHistory
{
    public static IList<ChatMessage> Of(ChatHistory history) => [.. history.Select(Of)];

    public static ChatMessage Of(ChatMessageContent message) => new(ChatRole.User, [.. message.Items.Select(Of)]);

    private static AIContent Of(KernelContent content) =>
        content switch
        {
            SkText text => new Microsoft.Extensions.AI.TextContent(text.Text),
            SkCall call => new Microsoft.Extensions.AI.FunctionCallContent(
                call.Id ?? "",
                call.FunctionName,
                call.Arguments
            ),
            SkResult result => new Microsoft.Extensions.AI.FunctionResultContent(result.CallId ?? "", result.Result),

            // Images, audio and files: whatever they are, one attachment.
            BinaryContent => new HostedFileContent("attachment"),
            _ => new Microsoft.Extensions.AI.TextContent(content.ToString()),
        };
}
