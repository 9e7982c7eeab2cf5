using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// The caps of the model turn that asked for a call. A tool that they exclude was hidden from the model, which may ask
/// for it all the same.
/// </summary>
internal static class CappedCalls
{
    private static readonly ConditionalWeakTable<FunctionCallContent, Caps> Turns = [];

    /// <summary>Takes note of the calls in what a model turn answered, if it was capped.</summary>
    public static void Add(ChatResponse? response, Caps? caps)
    {
        if (caps is null || response is null)
        {
            return;
        }

        foreach (var message in response.Messages)
        {
            Add(message?.Contents, caps);
        }
    }

    /// <inheritdoc cref="Add(ChatResponse, Caps)" />
    public static void Add(ChatResponseUpdate? update, Caps? caps)
    {
        if (caps is not null && update is not null)
        {
            Add(update.Contents, caps);
        }
    }

    public static Caps? CapsOf(FunctionCallContent call) => Turns.TryGetValue(call, out var caps) ? caps : null;

    private static void Add(IList<AIContent>? contents, Caps caps)
    {
        foreach (var call in contents?.OfType<FunctionCallContent>() ?? [])
        {
            Turns.AddOrUpdate(call, caps);
        }
    }
}
