using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>A tool call as its guard sees it: one of a tool loop's, or one that somebody made by hand.</summary>
internal readonly struct LoopCall : IDisposable
{
    private readonly FunctionInvocationContext? _context;
    private readonly ToolLoop? _loop;

    /// <summary>Whether the loop made the call, and not a tool that it runs.</summary>
    private readonly bool _isLoops;

    private LoopCall(FunctionInvocationContext context, ToolLoop loop, bool isLoops)
    {
        _context = context;
        _loop = loop;
        _isLoops = isLoops;
    }

    /// <summary>Whether an exception would be swallowed and the model asked again.</summary>
    public bool IsInLoop => _context is not null;

    /// <summary>The call's idempotency key; null where nothing tells this call from another one.</summary>
    public string? Key { get; private init; }

    /// <summary>What the model's turn left of the tools; null when that is not known.</summary>
    public Caps? Caps { get; init; }

    public static LoopCall Enter(string tool)
    {
        var context = FunctionInvokingChatClient.CurrentContext;

        // A tool that calls another one is still inside the loop, but the call is not the loop's.
        return context is null ? default : Enter(context, ToolLoop.Of(context), IsFor(context.Function, tool));
    }

    /// <summary>A call in a loop that is known.</summary>
    public static LoopCall Enter(FunctionInvocationContext context, ToolLoop loop, bool isLoops) =>
        isLoops
            ? new LoopCall(context, loop, isLoops: true)
            {
                Key = KeyOf(loop, context, loop.Begin(context)),
                Caps = CappedCalls.CapsOf(context.CallContent),
            }
            : new LoopCall(context, loop, isLoops: false);

    /// <summary>Lets the loop end after this batch.</summary>
    public void EndLoop() => _loop!.End(_context!);

    public void Dispose()
    {
        if (_isLoops)
        {
            _loop!.Complete(_context!);
        }
    }

    /// <summary>By the name under which it is guarded; a wrapper around the guard may call itself something else.</summary>
    private static bool IsFor(AIFunction function, string tool) =>
        string.Equals(function.Name, tool, StringComparison.Ordinal)
        || string.Equals(ToolNames.Of(function), tool, StringComparison.Ordinal);

    /// <summary>
    /// Call ids repeat or are empty, so the place in the loop tells calls apart; id and name only as a hash, because a key
    /// has an end and travels in a header.
    /// </summary>
    private static string KeyOf(ToolLoop loop, FunctionInvocationContext context, int attempt)
    {
        var call = Encoding.UTF8.GetBytes($"{context.CallContent.CallId}\n{context.Function.Name}");
        var hash = Convert.ToHexString(SHA256.HashData(call).AsSpan(0, 8));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"tool-{loop.Id}-{context.Iteration}-{context.FunctionCallIndex}-{attempt}-{hash}"
        );
    }
}
