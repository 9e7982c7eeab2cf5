using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel;

/// <summary>What a type is a stream of.</summary>
internal static class StreamType
{
    /// <summary>The items' type; null for what is no stream.</summary>
    public static Type? Of(Type type) => Item(type, typeof(IAsyncEnumerable<>));

    /// <summary>As <see cref="Of"/>, for a result: Semantic Kernel may have put an enumerator in its stream's place.</summary>
    public static Type? OfResult(Type type) =>
        Item(type, typeof(IAsyncEnumerable<>)) ?? Item(type, typeof(IAsyncEnumerator<>));

    /// <summary>Whether the function says that it returns a stream, and not something that is one among other things.</summary>
    public static bool IsReturnedBy(KernelFunction function) =>
        function.Metadata.ReturnParameter.ParameterType is { } type && IsA(type, typeof(IAsyncEnumerable<>));

    private static Type? Item(Type type, Type stream) =>
        (
            IsA(type, stream) ? type : Array.Find(type.GetInterfaces(), found => IsA(found, stream))
        )?.GenericTypeArguments[0];

    private static bool IsA(Type type, Type generic) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == generic;
}
