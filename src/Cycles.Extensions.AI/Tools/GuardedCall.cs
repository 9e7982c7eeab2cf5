using System.Text.Json;

namespace Cycles.Extensions.AI;

/// <summary>One tool call, guarded: reserve, run, settle.</summary>
internal static class GuardedCall
{
    /// <summary>What a guard runs in this flow.</summary>
    private static readonly AsyncLocal<RunningCall?> Running = new();

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
        var around = Running.Value is { } running && running.Is(guard, call) ? running : null;
        if (around?.Covers(guard) == true)
        {
            return await invoke();
        }

        // Awaited on the caller's context, because the tool has to run where it would run unguarded.
        var isNoted = around?.TryPassOn() == true;
        var hold = await guard.BeginAsync(call, declared, place.Caps, place.Key, isNoted, cancellationToken);
        if (hold.Denial is { } denied)
        {
            return Deny(denied, hold.Mode, place);
        }

        object? result;
        try
        {
            Running.Value = new RunningCall(guard, call, hold, CyclesRun.Current);
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

    /// <summary>An MCP tool that fails does not throw: it returns a result that says so (MCP, CallToolResult).</summary>
    private static bool IsFailure(object? result) =>
        result is JsonElement { ValueKind: JsonValueKind.Object } json
        && json.TryGetProperty("isError", out var isError)
        && isError.ValueKind == JsonValueKind.True
        && json.TryGetProperty("content", out var content)
        && content.ValueKind == JsonValueKind.Array;
}
