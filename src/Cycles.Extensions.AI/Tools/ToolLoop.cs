using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>One request to a <see cref="FunctionInvokingChatClient"/>: its model turns and the tool calls between them.</summary>
/// <remarks>
/// Known by the list of messages that the loop keeps for the request, makes itself, and hands to every call and every
/// model turn. Thread-safe, because the calls of one message may run side by side.
/// </remarks>
internal sealed class ToolLoop
{
    private static readonly ConditionalWeakTable<IEnumerable<ChatMessage>, ToolLoop> Loops = [];

    private readonly object _gate = new();
    private readonly Dictionary<int, int> _attempts = [];
    private int _iteration = -1;
    private bool _lastHasStarted;
    private bool _hasEnded;

    /// <summary>Tells this request apart from every other.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Whether a denial ended it.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _hasEnded;
            }
        }
    }

    public static ToolLoop Of(FunctionInvocationContext context) =>
        // Before a loop sets it, a context has an array that all contexts share.
        context.Messages.IsReadOnly
            ? new ToolLoop()
            : Loops.GetOrCreateValue(context.Messages);

    /// <summary>
    /// Whether a denial ended the loop that asks the model with these messages, although its last call had no guard that
    /// could stop it: then the model must not be asked.
    /// </summary>
    public static bool HasEnded(IEnumerable<ChatMessage> messages) =>
        Loops.TryGetValue(messages, out var loop) && loop.IsOver;

    /// <summary>
    /// Begins a call: which attempt at it this is, from 0. Others may be a retry's, a hedge's, or the tool's own call of
    /// itself.
    /// </summary>
    public int Begin(FunctionInvocationContext context)
    {
        lock (_gate)
        {
            if (_iteration != context.Iteration)
            {
                _iteration = context.Iteration;
                _lastHasStarted = false;
                _attempts.Clear();
            }

            _lastHasStarted |= IsLast(context);
            var attempt = _attempts.GetValueOrDefault(context.FunctionCallIndex);
            _attempts[context.FunctionCallIndex] = attempt + 1;
            return attempt;
        }
    }

    /// <summary>
    /// Ends the loop after the batch. Terminate on any but the last call of a batch would leave those after it
    /// unanswered; side by side, once the last one has begun, all are answered whatever happens.
    /// </summary>
    public void End(FunctionInvocationContext context)
    {
        lock (_gate)
        {
            _hasEnded = true;
            context.Terminate |= _lastHasStarted || IsLast(context);
        }
    }

    /// <summary>Ends a call, and the loop with it when the call is the batch's last and one of the batch ended the loop.</summary>
    public void Complete(FunctionInvocationContext context)
    {
        lock (_gate)
        {
            context.Terminate |= _hasEnded && IsLast(context);
        }
    }

    private static bool IsLast(FunctionInvocationContext context) =>
        context.FunctionCallIndex >= context.FunctionCount - 1;
}
