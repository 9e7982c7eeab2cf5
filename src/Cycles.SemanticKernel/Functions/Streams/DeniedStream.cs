using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Cycles.SemanticKernel;

/// <summary>
/// The text of a denial as a stream. Before a function has run nobody tells a filter which items the caller wants, so it is
/// a stream of every kind that has text.
/// </summary>
internal sealed class DeniedStream(string text)
    : IAsyncEnumerable<StreamingTextContent>,
        IAsyncEnumerable<StreamingChatMessageContent>,
        IAsyncEnumerable<ChatResponseUpdate>,
        IAsyncEnumerable<string>
{
    /// <summary>
    /// Whether the function's stream may have text in it. Where a function returns an object of its own, its caller may
    /// want a stream of just that.
    /// </summary>
    public static bool Suits(KernelFunction function) =>
        function.Metadata.ReturnParameter.ParameterType is not { } type
        || type == typeof(string)
        || type == typeof(object)
        || StreamType.Of(type) is { } item
            && (
                item == typeof(string)
                || typeof(StreamingKernelContent).IsAssignableFrom(item)
                || item == typeof(ChatResponseUpdate)
            );

    /// <summary>The text as a stream of such items; null where they have none.</summary>
    public static IAsyncEnumerable<T>? Of<T>(string text) => (object)new DeniedStream(text) as IAsyncEnumerable<T>;

    IAsyncEnumerator<StreamingTextContent> IAsyncEnumerable<StreamingTextContent>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => Once(new StreamingTextContent(text));

    IAsyncEnumerator<StreamingChatMessageContent> IAsyncEnumerable<StreamingChatMessageContent>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => Once(new StreamingChatMessageContent(AuthorRole.Tool, text));

    IAsyncEnumerator<ChatResponseUpdate> IAsyncEnumerable<ChatResponseUpdate>.GetAsyncEnumerator(
        CancellationToken cancellationToken
    ) => Once(new ChatResponseUpdate(ChatRole.Tool, text));

    IAsyncEnumerator<string> IAsyncEnumerable<string>.GetAsyncEnumerator(CancellationToken cancellationToken) =>
        Once(text);

    /// <summary>For who takes the result as text.</summary>
    public override string ToString() => text;

    private static async IAsyncEnumerator<T> Once<T>(T item)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return item;
    }
}
