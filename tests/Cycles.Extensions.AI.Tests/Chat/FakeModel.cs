using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>A model that answers as told, and keeps what it was asked.</summary>
public sealed class FakeModel : IChatClient
{
    public string? ModelId { get; init; } = "m";

    /// <summary>Answers call number n, from 0 on.</summary>
    public Func<int, ChatResponse> Reply { get; set; } =
        _ => new ChatResponse(new ChatMessage(ChatRole.Assistant, "ok"));

    /// <summary>The updates of call number n; an item that is an exception is thrown.</summary>
    public Func<int, IEnumerable<object>> Updates { get; set; } = _ => [];

    /// <summary>What each call, and each update but the first, waits for.</summary>
    public Func<CancellationToken, Task> Waits { get; set; } = _ => Task.CompletedTask;

    public List<IEnumerable<ChatMessage>> Messages { get; } = [];

    public List<ChatOptions?> Options { get; } = [];

    public int Calls => Options.Count;

    /// <summary>How many updates were read.</summary>
    public int Read { get; private set; }

    /// <summary>How many streams were disposed.</summary>
    public int Ended { get; private set; }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var call = Begin(messages, options);
        await Waits(cancellationToken);
        return Reply(call);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        try
        {
            var isFirst = true;
            foreach (var item in Updates(Begin(messages, options)))
            {
                await (isFirst ? Task.CompletedTask : Waits(cancellationToken));
                isFirst = false;
                cancellationToken.ThrowIfCancellationRequested();
                Read++;
                yield return item is Exception broken ? throw broken : (ChatResponseUpdate)item;
            }
        }
        finally
        {
            Ended++;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("fake", null, ModelId)
        : serviceType?.IsInstanceOfType(this) == true ? this
        : null;

    public void Dispose() { }

    private int Begin(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        Messages.Add(messages);
        Options.Add(options);
        foreach (var message in messages)
        {
            _ = message.Text;
        }

        return Options.Count - 1;
    }
}
