using System.Collections.Concurrent;
using System.Reflection;

namespace Cycles.SemanticKernel;

/// <summary>
/// Looks into Semantic Kernel's adapters, which show nobody what they stand for: without that, a chat client that is
/// guarded would be charged again as the chat service made of it.
/// </summary>
internal static class Inside
{
    private static readonly ConcurrentDictionary<(Type Owner, Type Inner), FieldInfo?> Fields = new();

    /// <summary>What an adapter of Semantic Kernel's stands for; null for anything else.</summary>
    public static T? Of<T>(object owner)
        where T : class =>
        Fields
            .GetOrAdd(
                (owner.GetType(), typeof(T)),
                static key =>
                    key.Owner.Assembly == typeof(Microsoft.SemanticKernel.Kernel).Assembly
                        ? Array.Find(
                            key.Owner.GetFields(
                                BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly
                            ),
                            field => field.FieldType == key.Inner
                        )
                        : null
            )
            ?.GetValue(owner) as T;
}
