using System.Text.Json;

namespace Cycles;

/// <summary>Charges something that could not be held before it happened (protocol operation <c>createEvent</c>).</summary>
public sealed record EventCreateRequest
{
    /// <summary>Names this operation so that a repeat of it is recognised; 1 to 256 characters.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Who acted, and for whom.</summary>
    public required Subject Subject { get; init; }

    /// <summary>What was done.</summary>
    public required CyclesAction Action { get; init; }

    /// <summary>What it cost; 0 is legal.</summary>
    public required Amount Actual { get; init; }

    /// <summary>What to do where too little is left; the authority's default where absent.</summary>
    public CommitOveragePolicy? OveragePolicy { get; init; }

    /// <summary>What is worth keeping beside the amount.</summary>
    public CyclesMetrics? Metrics { get; init; }

    /// <summary>When it happened by the caller's clock, in Unix milliseconds; advice only, 0 or more.</summary>
    public long? ClientTimeMs { get; init; }

    /// <summary>Free data to keep with it.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.IdempotencyKey(IdempotencyKey)
        ?? Check.Subject(Subject)
        ?? Check.Action(Action)
        ?? Check.Amount("actual", Actual)
        ?? Check.Policy(OveragePolicy)
        ?? Metrics?.Validate()
        ?? Check.Range("client_time_ms", ClientTimeMs, 0, long.MaxValue)
        ?? Check.Json("metadata", Metadata);
}
