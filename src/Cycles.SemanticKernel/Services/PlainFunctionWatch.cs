using System.Collections.Concurrent;
using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel;

/// <summary>
/// Watches which functions a kernel's chat client is given: one that comes in a request which is not the kernel's own is
/// called as a plain function, past the kernel's filters.
/// </summary>
internal sealed class PlainFunctionWatch(IChatClient client, ILogger log) : DelegatingChatClient(client)
{
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Watch(options);
        return base.GetResponseAsync(messages, options, cancellationToken);
    }

    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Watch(options);
        return RunStream.FollowAsync(
            CyclesRun.Current,
            base.GetStreamingResponseAsync(messages, options, cancellationToken),
            cancellationToken
        );
    }

    private void Watch(ChatOptions? options)
    {
        // The kernel's own options are a type of its own, and not public.
        if (options?.Tools is not { } tools || options.GetType().Assembly == typeof(Kernel).Assembly)
        {
            return;
        }

        foreach (var tool in tools)
        {
            if (tool is KernelFunction function && _told.TryAdd(KernelTool.NameOf(function), true))
            {
                KernelLog.PlainFunction(log, KernelTool.NameOf(function));
            }
        }
    }
}
