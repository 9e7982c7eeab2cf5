using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using SkResult = Microsoft.SemanticKernel.FunctionResultContent;

namespace Cycles.SemanticKernel;

/// <summary>One guarded call of a chat service, whole or streamed, from its hold to its settlement.</summary>
internal sealed class ServiceCall(
    CyclesChatCompletionService service,
    ModelCall call,
    ChatMeter meter,
    ChatHistory history,
    BrokenStreamCharge broken
)
{
    private readonly int _results = Results(history);
    private readonly HistoryCaps _caps = HistoryCaps.Begin(history, call.Caps);

    public ModelCall Call => call;

    /// <summary>Several messages are alternatives of one turn, and each reports the usage of all.</summary>
    public void Observe(IReadOnlyList<ChatMessageContent> contents) =>
        meter.Add(
            new ChatResponse([.. contents.Select(MeasuredHistory.Of)])
            {
                ModelId = contents is [var first, ..] ? first.ModelId : null,
                Usage = contents is [var reporting, ..] ? MessageUsage.Of(reporting.Metadata) : null,
            }
        );

    public void Observe(StreamingChatMessageContent? item)
    {
        var update = new ChatResponseUpdate
        {
            ModelId = item?.ModelId,
            FinishReason = item?.Metadata?.GetValueOrDefault("FinishReason")?.ToString() is { Length: > 0 } reason
                ? new ChatFinishReason(reason)
                : null,
        };
        if (item?.Content is { Length: > 0 } text)
        {
            update.Contents.Add(new Microsoft.Extensions.AI.TextContent(text));
        }

        if (MessageUsage.Of(item?.Metadata) is { } usage)
        {
            update.Contents.Add(new UsageContent(usage));
        }

        meter.Add(update);
    }

    public ValueTask EndAsync(StreamEnd end)
    {
        _caps.End(history);
        if (Results(history) != _results)
        {
            service.TellHiddenTurns(call.Estimate);
            return call.CommitUnmeasuredAsync(meter.Answered);
        }

        return meter.EndAsync(call, end, broken);
    }

    /// <summary>A loop answers calls. Other messages, as a system prompt or a call for the caller, come without one too.</summary>
    private static int Results(ChatHistory history) =>
        history.Count(message => message.Role == AuthorRole.Tool || message.Items.Any(item => item is SkResult));
}
