namespace Cycles.Client.Tests;

/// <summary>What happens to one call instead of, or around, what the authority does.</summary>
public sealed record Fault
{
    /// <summary>Nothing: the call goes through.</summary>
    public static Fault None { get; } = new();

    /// <summary>The request never arrives.</summary>
    public static Fault LostBefore { get; } =
        new() { Thrown = new CyclesTransportException("The request was lost."), Applies = false };

    /// <summary>The request arrives, the answer does not.</summary>
    public static Fault LostAfter { get; } =
        new() { Thrown = new CyclesTransportException("The answer was lost."), Applies = true };

    public bool Applies { get; init; } = true;

    /// <summary>An answer with neither a value nor a refusal, as a broken seam may return.</summary>
    public static Fault Blank { get; } = new() { IsBlank = true };

    public bool IsBlank { get; private init; }

    public Exception? Thrown { get; init; }

    public CyclesError? Error { get; init; }

    public Task? Gate { get; init; }

    /// <summary>The answer, which the authority never hears of.</summary>
    public object? Scripted { get; init; }

    /// <summary>Changes the authority's answer.</summary>
    public Func<object, object>? Mangled { get; init; }

    public int? Status { get; init; }

    /// <summary>Refused, nothing done.</summary>
    public static Fault Refused(int status, string? code = null, TimeSpan? retryAfter = null) =>
        new()
        {
            Applies = false,
            Error = new CyclesError
            {
                Status = status,
                RawCode = code,
                Message = "Scripted.",
                RetryAfter = retryAfter,
            },
        };

    /// <summary>Answered with 200, nothing done.</summary>
    public static Fault Answers(object answer) => new() { Applies = false, Scripted = answer };

    public static Fault Throws(Exception exception) => new() { Thrown = exception, Applies = false };

    /// <summary>Waits until the gate opens, then goes through.</summary>
    public static Fault Blocked(TaskCompletionSource gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        return new Fault { Gate = gate.Task };
    }
}
