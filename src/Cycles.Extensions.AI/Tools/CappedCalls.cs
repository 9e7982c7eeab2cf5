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

    /// <summary>Takes note of the calls among what a model turn answered.</summary>
    public static void Add(IList<AIContent> contents, Caps caps)
    {
        foreach (var content in contents)
        {
            if (content is FunctionCallContent call)
            {
                Turns.AddOrUpdate(call, caps);
            }
        }
    }

    public static Caps? CapsOf(FunctionCallContent call) => Turns.TryGetValue(call, out var caps) ? caps : null;
}
