using System.Runtime.CompilerServices;
using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel;

/// <summary>A call that a model asked for and a loop makes, for the function filter that runs inside of it.</summary>
internal sealed class AutoCall
{
    private static readonly AsyncLocal<AutoCall?> Flow = new();

    /// <summary>
    /// The loops of chat services, which unlike a chat client's have no list of messages of their own: the message that
    /// asks for the calls stands for the batch.
    /// </summary>
    private static readonly ConditionalWeakTable<ChatMessageContent, ToolLoop> Batches = [];

    private readonly AutoFunctionInvocationContext _context;
    private readonly ToolLoop _loop;
    private int _running;

    private AutoCall(AutoFunctionInvocationContext context)
    {
        _context = context;
        IsChatClients =
            FunctionInvokingChatClient.CurrentContext is { } current && current.Messages == context.Messages;
        _loop = IsChatClients ? ToolLoop.Of(context) : Batches.GetOrCreateValue(context.ChatMessageContent);
    }

    /// <summary>Whether a chat client makes it, which keeps exceptions to itself; a chat service tells the model.</summary>
    public bool IsChatClients { get; }

    /// <summary>Makes a call the current one, for what the caller awaits from here on.</summary>
    public static AutoCall Begin(AutoFunctionInvocationContext context) => Flow.Value = new AutoCall(context);

    /// <summary>
    /// The place of a function call: the loop's own, or one that a function of the loop makes, or no loop's. What is
    /// returned beside it ends the call, after the place.
    /// </summary>
    public static LoopCall Enter(string tool, KernelFunction function, out AutoCall? own)
    {
        own = null;
        if (Flow.Value is not { } call)
        {
            return LoopCall.Enter(tool);
        }

        // The first one of the function is the loop's; while that runs, the function may call itself.
        var isLoops =
            ReferenceEquals(call._context.Function, function) && Interlocked.Exchange(ref call._running, 1) == 0;
        own = isLoops ? call : null;
        var place = LoopCall.Enter(call._context, call._loop, isLoops);
        return isLoops && !call.IsChatClients ? place with { Caps = HistoryCaps.Of(call._context.ChatHistory) } : place;
    }

    /// <summary>The call is over, for the loop too where a denial ended it and nobody else could stop it.</summary>
    public void Complete()
    {
        if (!IsChatClients && _loop.IsOver && !_context.Terminate)
        {
            UnknownCalls.EndLoop(_context);
        }
    }

    /// <summary>The function has run; a filter that retries may call it again.</summary>
    public void End() => Volatile.Write(ref _running, 0);
}
