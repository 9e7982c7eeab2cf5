namespace Cycles.SemanticKernel;

/// <summary>What a type is a stream of.</summary>
internal static class StreamedType
{
    /// <summary>The items' type; null for what is no stream. A task of a stream is one.</summary>
    public static Type? Of(Type type)
    {
        if (
            type.IsGenericType
            && (
                type.GetGenericTypeDefinition() == typeof(Task<>)
                || type.GetGenericTypeDefinition() == typeof(ValueTask<>)
            )
        )
        {
            return Of(type.GenericTypeArguments[0]);
        }

        var stream = IsStream(type) ? type : Array.Find(type.GetInterfaces(), IsStream);
        return stream?.GenericTypeArguments[0];
    }

    private static bool IsStream(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>);
}
