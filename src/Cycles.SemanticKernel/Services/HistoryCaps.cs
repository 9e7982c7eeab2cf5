using System.Runtime.CompilerServices;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Cycles.SemanticKernel;

/// <summary>
/// The caps of the call that a chat service answers, for the functions that it calls meanwhile: known by the history,
/// which such a loop hands to every filter.
/// </summary>
/// <remarks>A filter may ask about a loop's history, several services at once too: the loop's caps come back after them.</remarks>
internal sealed class HistoryCaps
{
    private static readonly ConditionalWeakTable<ChatHistory, HistoryCaps> Calls = [];

    private readonly Caps? _caps;
    private readonly HistoryCaps? _around;
    private bool _hasEnded;

    private HistoryCaps(Caps? caps, HistoryCaps? around)
    {
        _caps = caps;
        _around = around;
    }

    public static HistoryCaps Begin(ChatHistory history, Caps? caps)
    {
        lock (Calls)
        {
            var call = new HistoryCaps(caps, Calls.TryGetValue(history, out var around) ? around : null);
            Calls.AddOrUpdate(history, call);
            return call;
        }
    }

    public void End(ChatHistory history)
    {
        lock (Calls)
        {
            _hasEnded = true;
            var last = Calls.TryGetValue(history, out var found) ? found : null;
            while (last is { _hasEnded: true })
            {
                last = last._around;
            }

            Calls.Remove(history);
            if (last is not null)
            {
                Calls.Add(history, last);
            }
        }
    }

    public static Caps? Of(ChatHistory history) => Calls.TryGetValue(history, out var call) ? call._caps : null;
}
