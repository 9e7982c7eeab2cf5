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
    private readonly string _tool;

    private LoopCall(FunctionInvocationContext? context, ToolLoop? loop, string tool)
    {
        _context = context;
        _loop = loop;
        _tool = tool;
    }

    /// <summary>Whether an exception would be swallowed and the model asked again.</summary>
    public bool IsInLoop => _context is not null;

    /// <summary>Whether a guard around this one guards the same call.</summary>
    public bool IsGuardedAlready { get; private init; }

    /// <summary>The call's idempotency key; null where nothing tells this call from another one.</summary>
    public string? Key { get; private init; }

    /// <summary>What the model's turn left of the tools; null when that is not known.</summary>
    public Caps? Caps => _loop is not null && _context is not null ? CappedCalls.CapsOf(_context.CallContent) : null;

    public static LoopCall Enter(string tool)
    {
        var context = FunctionInvokingChatClient.CurrentContext;
        if (context is null || !IsFor(context.Function, tool))
        {
            // A tool that calls another one is still inside the loop, but the call is not the loop's.
            return new LoopCall(context, loop: null, tool);
        }

        var loop = ToolLoop.Of(context);
        return loop.Begin(context, tool) is { } attempt
            ? new LoopCall(context, loop, tool) { Key = KeyOf(loop, context, attempt) }
            : new LoopCall(context, loop: null, tool) { IsGuardedAlready = true };
    }

    /// <summary>Lets the loop end after this batch.</summary>
    public void EndLoop() => (_loop ?? ToolLoop.Of(_context!)).End(_context!);

    public void Dispose() => _loop?.Complete(_context!, _tool);

    /// <summary>By the name under which it is guarded; a wrapper around the guard may call itself something else.</summary>
    private static bool IsFor(AIFunction function, string tool) =>
        string.Equals(function.Name, tool, StringComparison.Ordinal)
        || string.Equals(function.GetService<CyclesAIFunction>()?.Name, tool, StringComparison.Ordinal);

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
