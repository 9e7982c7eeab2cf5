using System.Runtime.CompilerServices;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Cycles.SemanticKernel;

/// <summary>
/// The caps of the call that a chat service answers, for the functions that it calls meanwhile: known by the history,
/// which such a loop hands to every filter.
/// </summary>
internal static class HistoryCaps
{
    private static readonly ConditionalWeakTable<ChatHistory, Caps> Calls = [];

    /// <summary>Takes note; of nothing, where the call has no caps.</summary>
    /// <returns>Those of the call around, which come back when this one ends: a filter may ask about a loop's history.</returns>
    public static Caps? Set(ChatHistory history, Caps? caps)
    {
        var around = Of(history);
        Calls.Remove(history);
        if (caps is not null)
        {
            Calls.AddOrUpdate(history, caps);
        }

        return around;
    }

    public static Caps? Of(ChatHistory history) => Calls.TryGetValue(history, out var caps) ? caps : null;
}
