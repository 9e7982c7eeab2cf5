using System.Text.Json;

namespace Cycles;

/// <summary>Holds an estimate on every budgeted scope of a subject (protocol operation <c>createReservation</c>).</summary>
public sealed record ReservationCreateRequest
{
    /// <summary>The protocol's default for <see cref="TtlMs"/>: 60,000.</summary>
    public const long DefaultTtlMs = 60_000;

    /// <summary>The protocol's default for <see cref="GracePeriodMs"/>: 5,000.</summary>
    public const long DefaultGracePeriodMs = 5_000;

    /// <summary>Names this operation so that a repeat of it is recognised; 1 to 256 characters.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Who acts, and for whom.</summary>
    public required Subject Subject { get; init; }

    /// <summary>What will be done.</summary>
    public required CyclesAction Action { get; init; }

    /// <summary>How much to hold; 0 is legal.</summary>
    public required Amount Estimate { get; init; }

    /// <summary>How long the hold lives unless extended, in milliseconds; 1,000 to 86,400,000, default 60,000.</summary>
    public long? TtlMs { get; init; }

    /// <summary>How long after that a commit is still taken, in milliseconds; 0 to 60,000, default 5,000.</summary>
    public long? GracePeriodMs { get; init; }

    /// <summary>What a commit above the estimate does; the authority's default where absent.</summary>
    public CommitOveragePolicy? OveragePolicy { get; init; }

    /// <summary>Evaluate everything, change nothing; default false.</summary>
    public bool? DryRun { get; init; }

    /// <summary>Free data to keep with it.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.IdempotencyKey(IdempotencyKey)
        ?? Check.Subject(Subject)
        ?? Check.Action(Action)
        ?? Check.Amount("estimate", Estimate)
        ?? Check.Range("ttl_ms", TtlMs, 1_000, 86_400_000)
        ?? Check.Range("grace_period_ms", GracePeriodMs, 0, 60_000)
        ?? Check.Policy(OveragePolicy)
        ?? Check.Json("metadata", Metadata);
}
