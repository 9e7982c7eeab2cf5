using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>Tools in the real tool loop, whole and streamed.</summary>
public abstract class LoopFixture(bool streaming) : ToolFixture
{
    /// <summary>The loop's messages: what the model asked for, what it got, and its answer.</summary>
    protected async Task<IReadOnlyList<AIContent>> AskAsync(
        IChatClient client,
        IEnumerable<AITool> tools,
        CancellationToken cancellationToken = default
    )
    {
        var options = new ChatOptions { Tools = [.. tools] };
        var response = streaming
            ? await client
                .GetStreamingResponseAsync("Go.", options, cancellationToken)
                .ToChatResponseAsync(cancellationToken)
            : await client.GetResponseAsync("Go.", options, cancellationToken);
        return [.. response.Messages.SelectMany(message => message.Contents)];
    }

    protected static IChatClient Loop(ScriptedModel model, Action<FunctionInvokingChatClient>? configure = null) =>
        model.AsBuilder().UseFunctionInvocation(configure: configure).Build();

    protected static IReadOnlyList<string> ResultsOf(IEnumerable<AIContent> contents) =>
        [.. contents.OfType<FunctionResultContent>().Select(content => content.Result?.ToString() ?? "null")];

    /// <summary>A provider refuses a history in which a call has no result.</summary>
    protected static void AssertAnswered(IReadOnlyList<AIContent> contents) =>
        Assert.That(
            contents.OfType<FunctionResultContent>().Select(content => content.CallId),
            Is.EqualTo(contents.OfType<FunctionCallContent>().Select(content => content.CallId)),
            "each call has its result"
        );
}
