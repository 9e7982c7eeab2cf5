using System.Text.Json;

namespace Cycles.Extensions.AI;

/// <summary>One tool call, guarded: reserve, run, settle.</summary>
internal static class GuardedCall
{
    /// <summary>What a guard runs in this flow.</summary>
    private static readonly AsyncLocal<(ToolGuard? Guard, ToolCall? Call, bool IsShadowed)> Running = new();

    /// <returns>What the tool returned, or the text of the denial.</returns>
    /// <exception cref="BudgetDeniedException">Denied outside a tool loop, where the terms say to throw.</exception>
    public static ValueTask<object?> RunAsync(
        ToolGuard guard,
        ToolCall call,
        ToolTerms declared,
        Func<ValueTask<object?>> invoke,
        CancellationToken cancellationToken
    ) => RunAsync(guard, call, declared, LoopCall.Enter(call.Name), invoke, cancellationToken);

    /// <inheritdoc cref="RunAsync(ToolGuard, ToolCall, ToolTerms, Func{ValueTask{object}}, CancellationToken)" />
    public static async ValueTask<object?> RunAsync(
        ToolGuard guard,
        ToolCall call,
        ToolTerms declared,
        LoopCall entered,
        Func<ValueTask<object?>> invoke,
        CancellationToken cancellationToken
    )
    {
        using var place = entered;
        if (IsGuardedAlready(guard, call))
        {
            return await invoke();
        }

        // Awaited on the caller's context, because the tool has to run where it would run unguarded.
        var hold = await guard.BeginAsync(call, declared, place.Caps, place.Key, cancellationToken);
        if (hold.Denial is { } denied)
        {
            return Deny(denied, hold.Mode, place);
        }

        object? result;
        try
        {
            if (!hold.IsFree)
            {
                Running.Value = (guard, call, guard.Shadow is not null);
            }

            result = await invoke();
        }
        catch
        {
            await hold.SettleAsync(failed: true).ConfigureAwait(false);
            throw;
        }

        await hold.SettleAsync(IsFailure(result)).ConfigureAwait(false);
        return result;
    }

    /// <summary>What becomes of a denied call.</summary>
    /// <returns>The text that takes the result's place.</returns>
    /// <exception cref="BudgetDeniedException">Outside a tool loop, where the terms say to throw.</exception>
    public static string Deny(ToolDenial denied, DenialMode mode, LoopCall place)
    {
        if (mode != DenialMode.Skip && place.IsInLoop)
        {
            place.EndLoop();
        }
        else if (mode == DenialMode.Throw)
        {
            throw new BudgetDeniedException(denied.Denial);
        }

        return denied.Text;
    }

    /// <summary>
    /// Whether another guard has asked for this very call, around this one: it goes by the same name and carries the same
    /// arguments object. Where the same guard runs it, the tool calls itself. In shadow mode nobody has paid for a real one.
    /// </summary>
    private static bool IsGuardedAlready(ToolGuard guard, ToolCall call) =>
        Running.Value is { Guard: { } around, Call: { } running, IsShadowed: var isShadowed }
        && around != guard
        && (!isShadowed || guard.Shadow is not null)
        && ReferenceEquals(running.Arguments, call.Arguments)
        && string.Equals(running.Name, call.Name, StringComparison.Ordinal);

    /// <summary>An MCP tool that fails does not throw: it returns a result that says so (MCP, CallToolResult).</summary>
    private static bool IsFailure(object? result) =>
        result is JsonElement { ValueKind: JsonValueKind.Object } json
        && json.TryGetProperty("isError", out var isError)
        && isError.ValueKind == JsonValueKind.True
        && json.TryGetProperty("content", out var content)
        && content.ValueKind == JsonValueKind.Array;
}
